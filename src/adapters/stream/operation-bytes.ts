/** The operations of one commit as bytes, epoch by epoch: what the detector and the lookup memory were given, nothing else. */
import type { Pseudonym, SaltName, Who } from '../../model/identity.ts';
import type { NearFix, SanitizedLocation } from '../../model/sanitized.ts';
import type { EpochStart, Watermark } from '../../model/time.ts';
import {
  FIX,
  FIX_BYTES,
  LOCATION,
  LOCATION_BYTES,
  RETRACT,
  RETRACT_BYTES,
  WHO,
  WHO_BYTES,
  writeCell,
  writeId,
} from './operation-layout.ts';

const FIRST_BYTES = 4_096;

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
    at = writeId(this.#bytes, subject, at);
    this.#bytes.writeUInt8(erased ? 1 : 0, at);
  }

  location(index: number, location: SanitizedLocation): void {
    let at = this.#room(LOCATION_BYTES);
    at = this.#bytes.writeUInt8(LOCATION, at);
    at = this.#bytes.writeUInt32LE(index, at);
    at = writeId(this.#bytes, location.pseudonym, at);
    writeCell(this.#bytes, location.cell, at);
    this.#bytes.writeDoubleLE(location.bucketStart, at + 8);
  }

  get plain(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #addWho(who: Who): number {
    let at = this.#room(WHO_BYTES + 1);
    at = this.#bytes.writeUInt8(WHO, at);
    at = writeId(this.#bytes, who.subject, at);
    at = writeId(this.#bytes, who.device, at);
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
  /** The last one of each audience: operations of two audiences take turns. */
  readonly #lastOf: Record<SaltName['audience'], Part | null> = {
    statistics: null,
    nearby: null,
    fraud: null,
  };

  get parts(): readonly { readonly salt: SaltName; readonly plain: Buffer }[] {
    return [...this.#parts.values()].map(({ salt, plain }) => ({ salt, plain }));
  }

  partOf(audience: SaltName['audience'], epoch: EpochStart): Part {
    const last = this.#lastOf[audience];
    if (last?.salt.epoch === epoch) return last;
    const name = `${audience}|${String(epoch)}`;
    const part = this.#parts.get(name) ?? new Part({ audience, epoch });
    this.#parts.set(name, part);
    this.#lastOf[audience] = part;
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
