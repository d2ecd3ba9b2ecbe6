/** Records, texts and faults as the log contract writes and reads them. */
import { OboroError } from '../../src/model/errors.ts';
import type { Outgoing, Place } from '../../src/ports/log.ts';

export const out = (place: Place, key: string | null, value: string | null): Outgoing => ({
  topic: place.topic,
  partition: place.partition,
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
});

export const text = (bytes: Buffer | null): string | null => (bytes === null ? null : bytes.toString());

/** The code of what a promise is rejected with; null when it is not, UNCODED when it is no error of ours. */
export const faultCode = (promise: Promise<unknown>): Promise<string | null> =>
  promise.then(
    () => null,
    (cause: unknown) => (cause instanceof OboroError ? cause.code : 'UNCODED'),
  );
