/** The operations of one commit as bytes, epoch by epoch: what the detector and the lookup memory were given, nothing else. */
import type { Pseudonym, SaltName, Who } from '../../model/identity.ts';
import { pseudonym } from '../../model/identity.ts';
import type { CellId } from '../../model/place.ts';
import { cellId } from '../../model/place.ts';
import type { NearFix, SanitizedLocation } from '../../model/sanitized.ts';
import type { EpochStart, Watermark } from '../../model/time.ts';
import { eventTime } from '../../model/time.ts';

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

const WHO = 0;
const FIX = 1;
const RETRACT = 2;
const LOCATION = 3;

const ID_BYTES = 16;
const WHO_BYTES = 2 * ID_BYTES + 1;
/** Type, index, who; latitude, longitude, time, accuracy; cell. */
const FIX_BYTES = 1 + 4 + 4 + 4 * 8 + 8;
const RETRACT_BYTES = 1 + 4 + ID_BYTES + 1;
const LOCATION_BYTES = 1 + 4 + ID_BYTES + 8 + 8;
const FIRST_BYTES = 4_096;
/** Hex digits in the upper half of a cell's 60 bits that are written as text. */
const UPPER_DIGITS = 7;

/** A buffer that grows by doubling. */
class Part {
  readonly salt: SaltName;
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;
  readonly #whos = new Map<Who, number>();

  constructor(salt: SaltName) {
    this.salt = salt;
  }

  fix(index: number, { who, position, at, accuracyM, cell }: NearFix): void {
    const number = this.#whos.get(who) ?? this.#addWho(who);
    let at0 = this.#room(FIX_BYTES);
    const bytes = this.#bytes;
    at0 = bytes.writeUInt8(FIX, at0);
    at0 = bytes.writeUInt32LE(index, at0);
    at0 = bytes.writeUInt32LE(number, at0);
    at0 = bytes.writeDoubleLE(position.lat, at0);
    at0 = bytes.writeDoubleLE(position.lng, at0);
    at0 = bytes.writeDoubleLE(at, at0);
    at0 = bytes.writeDoubleLE(accuracyM ?? Number.NaN, at0);
    writeCell(bytes, cell, at0);
  }

  retract(index: number, subject: Pseudonym, erased: boolean): void {
    let at = this.#room(RETRACT_BYTES);
    at = this.#bytes.writeUInt8(RETRACT, at);
    at = this.#bytes.writeUInt32LE(index, at);
    at += this.#bytes.write(subject, at, ID_BYTES, 'hex');
    this.#bytes.writeUInt8(erased ? 1 : 0, at);
  }

  location(index: number, location: SanitizedLocation): void {
    let at = this.#room(LOCATION_BYTES);
    at = this.#bytes.writeUInt8(LOCATION, at);
    at = this.#bytes.writeUInt32LE(index, at);
    at += this.#bytes.write(location.pseudonym, at, ID_BYTES, 'hex');
    writeCell(this.#bytes, location.cell, at);
    this.#bytes.writeDoubleLE(location.bucketStart, at + 8);
  }

  get plain(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #addWho(who: Who): number {
    let at = this.#room(WHO_BYTES + 1);
    at = this.#bytes.writeUInt8(WHO, at);
    at += this.#bytes.write(who.subject, at, ID_BYTES, 'hex');
    at += this.#bytes.write(who.device, at, ID_BYTES, 'hex');
    this.#bytes.writeUInt8(who.linked ? 1 : 0, at);
    const number = this.#whos.size;
    this.#whos.set(who, number);
    return number;
  }

  /** Makes room and gives where it starts. */
  #room(bytes: number): number {
    const start = this.#length;
    this.#length += bytes;
    if (this.#length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length));
      this.#bytes.copy(grown, 0, 0, start);
      this.#bytes = grown;
    }
    return start;
  }
}

/** Operations that follow each other, small enough for one value of the log. */
export interface OperationGroup {
  readonly advances: readonly { readonly index: number; readonly watermarkMs: Watermark }[];
  /** What is to be sealed, by the salt whose epoch it is of. */
  readonly parts: readonly { readonly salt: SaltName; readonly plain: Buffer }[];
}

class Group {
  readonly #parts = new Map<string, Part>();
  readonly advances: { readonly index: number; readonly watermarkMs: Watermark }[] = [];
  #last: Part | null = null;

  get parts(): readonly { readonly salt: SaltName; readonly plain: Buffer }[] {
    return [...this.#parts.values()].map(({ salt, plain }) => ({ salt, plain }));
  }

  partOf(audience: SaltName['audience'], epoch: EpochStart): Part {
    if (this.#last?.salt.audience === audience && this.#last.salt.epoch === epoch) return this.#last;
    const name = `${audience}|${String(epoch)}`;
    const part = this.#parts.get(name) ?? new Part({ audience, epoch });
    this.#parts.set(name, part);
    this.#last = part;
    return part;
  }
}

/** Operations of one group: at most half a megabyte of a value, whose limit is one. */
const MAX_GROUP = 4_000;

export class OperationBytes {
  readonly #groups: Group[] = [new Group()];
  #group = this.#groups[0] ?? new Group();
  #inGroup = 0;
  #count = 0;

  /** Operations taken so far. */
  get count(): number {
    return this.#count;
  }

  /** About what they take. */
  get bytes(): number {
    return this.#count * FIX_BYTES;
  }

  advance(now: Watermark): void {
    const index = this.#next();
    this.#group.advances.push({ index, watermarkMs: now });
  }

  fix(near: NearFix): void {
    const index = this.#next();
    this.#group.partOf('statistics', near.who.epoch).fix(index, near);
  }

  /** A record with a request id leaves no trace in any state, so it is not an operation. */
  location(record: SanitizedLocation): void {
    if (record.requestId !== null) return;
    const index = this.#next();
    this.#group.partOf('nearby', record.epoch).location(index, record);
  }

  retract(epoch: EpochStart, subject: Pseudonym, erased: boolean): void {
    const index = this.#next();
    this.#group.partOf('statistics', epoch).retract(index, subject, erased);
  }

  /** In order; each holds operations that come after all of the group before. */
  get groups(): readonly OperationGroup[] {
    return this.#groups;
  }

  #next(): number {
    if (this.#inGroup >= MAX_GROUP) {
      this.#group = new Group();
      this.#groups.push(this.#group);
      this.#inGroup = 0;
    }
    this.#inGroup += 1;
    this.#count += 1;
    return this.#count - 1;
  }
}

const writeCell = (bytes: Buffer, cell: CellId, at: number): void => {
  bytes.writeUInt32LE(Number.parseInt(cell.slice(0, UPPER_DIGITS), 16), at);
  bytes.writeUInt32LE(Number.parseInt(cell.slice(UPPER_DIGITS), 16), at + 4);
};

/** H3 cells of the resolutions in use have 15 hex digits. */
const readCell = (bytes: Buffer, at: number): CellId => {
  const upper = bytes.readUInt32LE(at).toString(16);
  return cellId(
    `${upper}${bytes
      .readUInt32LE(at + 4)
      .toString(16)
      .padStart(8, '0')}`,
  );
};

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

const hexAt = (plain: Buffer, at: number): Pseudonym => pseudonym(plain.toString('hex', at, at + ID_BYTES));

const whoAt = (plain: Buffer, at: number, epoch: EpochStart): Who => ({
  epoch,
  subject: hexAt(plain, at),
  device: hexAt(plain, at + ID_BYTES),
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
  subject: hexAt(plain, at),
  erased: plain.readUInt8(at + ID_BYTES) === 1,
});

/** Only what the lookup memory looks at; the record itself was published with the commit that this is of. */
const locationAt = ({ plain, at, index, epoch }: Spot): NumberedOperation => ({
  kind: 'location',
  index,
  location: {
    pseudonym: hexAt(plain, at),
    epoch,
    cell: readCell(plain, at + ID_BYTES),
    resolution: 0,
    bucketStart: eventTime(plain.readDoubleLE(at + ID_BYTES + 8)),
    bucketS: 0,
    requestId: null,
    expiresAt: eventTime(0),
  },
});
