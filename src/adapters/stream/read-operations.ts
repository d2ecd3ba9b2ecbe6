/** Reads operations back from the bytes of one part, in order. */
import type { Pseudonym, SaltName, Who } from '../../model/identity.ts';
import type { NearFix, SanitizedLocation } from '../../model/sanitized.ts';
import type { EpochStart } from '../../model/time.ts';
import { eventTime } from '../../model/time.ts';
import {
  FIX,
  FIX_BYTES,
  ID_BYTES,
  LOCATION,
  LOCATION_BYTES,
  RETRACT,
  RETRACT_BYTES,
  WHO,
  WHO_BYTES,
  readCell,
  readId,
} from './operation-layout.ts';

/** One operation read back, with its place among all operations of the commit. */
export type NumberedOperation = { readonly index: number } & (
  | { readonly kind: 'fix'; readonly near: NearFix }
  | { readonly kind: 'location'; readonly location: SanitizedLocation }
  | {
      readonly kind: 'retract';
      readonly epoch: EpochStart;
      readonly subject: Pseudonym;
      readonly erased: boolean;
    }
);

/** Reads the operations of one part back, in order. */
export const readOperations = (plain: Buffer, { epoch }: SaltName): readonly NumberedOperation[] => {
  const whos: Who[] = [];
  const operations: NumberedOperation[] = [];
  let at = 0;
  while (at < plain.length) {
    const type = plain.readUInt8(at);
    at += 1;
    if (type === WHO) {
      whos.push(whoAt(plain, at, epoch));
      at += WHO_BYTES;
      continue;
    }
    const index = plain.readUInt32LE(at);
    at += 4;
    const [operation, length] = operationAt(type, { plain, at, index, epoch, whos });
    operations.push(operation);
    at += length;
  }
  return operations;
};

interface Spot {
  readonly plain: Buffer;
  readonly at: number;
  readonly index: number;
  readonly epoch: EpochStart;
  readonly whos: readonly Who[];
}

const whoAt = (plain: Buffer, at: number, epoch: EpochStart): Who => ({
  epoch,
  subject: readId(plain, at),
  device: readId(plain, at + ID_BYTES),
  linked: plain.readUInt8(at + 2 * ID_BYTES) === 1,
});

const operationAt = (type: number, spot: Spot): readonly [NumberedOperation, number] => {
  if (type === FIX) return [fixAt(spot), FIX_BYTES - 5];
  if (type === RETRACT) return [retractAt(spot), RETRACT_BYTES - 5];
  if (type === LOCATION) return [locationAt(spot), LOCATION_BYTES - 5];
  throw new RangeError('an operation of an unknown kind');
};

const fixAt = ({ plain, at, index, whos }: Spot): NumberedOperation => {
  const who = whos[plain.readUInt32LE(at)];
  if (who === undefined) throw new RangeError('an operation of nobody');
  const accuracyM = plain.readDoubleLE(at + 28);
  const near: NearFix = {
    who,
    position: { lat: plain.readDoubleLE(at + 4), lng: plain.readDoubleLE(at + 12) },
    at: eventTime(plain.readDoubleLE(at + 20)),
    accuracyM: Number.isNaN(accuracyM) ? null : accuracyM,
    cell: readCell(plain, at + 36),
  };
  return { kind: 'fix', index, near };
};

const retractAt = ({ plain, at, index, epoch }: Spot): NumberedOperation => ({
  kind: 'retract',
  index,
  epoch,
  subject: readId(plain, at),
  erased: plain.readUInt8(at + ID_BYTES) === 1,
});

/** Only what the lookup memory looks at; the record itself was published with the commit that this is of. */
const locationAt = ({ plain, at, index, epoch }: Spot): NumberedOperation => ({
  kind: 'location',
  index,
  location: {
    pseudonym: readId(plain, at),
    epoch,
    cell: readCell(plain, at + ID_BYTES),
    resolution: 0,
    bucketStart: eventTime(plain.readDoubleLE(at + ID_BYTES + 8)),
    bucketS: 0,
    requestId: null,
    expiresAt: eventTime(0),
  },
});
