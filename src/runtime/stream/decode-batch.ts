/** Decodes a batch of input records before anything is changed; waits for schemas that are not there yet. */
import { quarantine } from '../../flow/outcome.ts';
import type { RawEvent, RawRevocation, RawRight } from '../../model/raw.ts';
import type { QuarantineReason } from '../../model/reasons.ts';
import type { LogBatch, LogRecord } from '../../ports/log.ts';
import type { InputCodec, Intake } from './codecs.ts';
import { RIGHT_TOPICS } from './topics.ts';

export interface DecodedBatch {
  readonly events: readonly RawEvent[];
  /** In their order; what cannot be read of a right revokes what its key names (G-01). */
  readonly rights: readonly (RawRight | RawRevocation)[];
  /** Records to be set aside. */
  readonly faults: readonly { readonly record: LogRecord; readonly reason: QuarantineReason }[];
  /** How many records came to what: `keep` or a reason. */
  readonly outcomes: ReadonlyMap<string, number>;
}

export const decodeBatch = async (input: InputCodec, batch: LogBatch): Promise<DecodedBatch> => {
  for (;;) {
    const decoded = tryDecode(input, batch);
    if (decoded !== null) return decoded;
    await input.fetch();
  }
};

interface Collected {
  readonly events: RawEvent[];
  readonly rights: (RawRight | RawRevocation)[];
  readonly faults: { readonly record: LogRecord; readonly reason: QuarantineReason }[];
  readonly outcomes: Map<string, number>;
}

/** Null when a schema is missing. */
const tryDecode = (input: InputCodec, batch: LogBatch): DecodedBatch | null => {
  const into: Collected = { events: [], rights: [], faults: [], outcomes: new Map() };
  let isComplete = true;
  for (const record of batch.records) {
    const { unreadable } = record;
    const intake = unreadable === undefined ? input.decode(batch, record) : quarantine(unreadable.reason);
    // The rest is looked at all the same, so that one fetch brings every schema.
    if (intake.kind === 'wait') isComplete = false;
    else if (isComplete) collect(into, { record, revoked: revokedBy(input, batch, record) }, intake);
  }
  return isComplete ? into : null;
};

interface Collecting {
  readonly record: LogRecord;
  /** Whom the record refuses when it says no more than its key. */
  readonly revoked: () => readonly RawRevocation[];
}

const collect = (
  into: Collected,
  { record, revoked }: Collecting,
  intake: Exclude<Intake, { kind: 'wait' }>,
): void => {
  if (intake.kind === 'revoke') {
    into.rights.push(...revoked());
    return;
  }
  const outcome = intake.kind === 'keep' ? 'keep' : intake.reason;
  into.outcomes.set(outcome, (into.outcomes.get(outcome) ?? 0) + 1);
  if (intake.kind === 'quarantine') {
    into.faults.push({ record, reason: intake.reason });
    into.rights.push(...revoked());
  }
  if (intake.kind !== 'keep') return;
  const { value } = intake;
  if (value.kind === 'consent' || value.kind === 'erasure') into.rights.push(value);
  else into.events.push(value);
};

const RIGHTS: readonly string[] = RIGHT_TOPICS;

const revokedBy =
  (input: InputCodec, { topic }: LogBatch, { key }: LogRecord) =>
  (): readonly RawRevocation[] =>
    key === null || !RIGHTS.includes(topic) ? [] : input.revocationsOf(key);
