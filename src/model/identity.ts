/** Who an event is about: raw identifiers that refuse to be printed, and the pseudonyms that replace them. */
import type { Brand } from './brand.ts';
import type { EpochStart } from './time.ts';

/** The kinds of raw identifier an event may carry. */
export type IdKind = 'member' | 'device' | 'cookie';

/**
 * A raw identifier. It prints as `[member]`, `[device]` or `[cookie]` whatever is done to it (string, JSON,
 * inspect), so that it cannot reach a log or an error by accident. `reveal` is for the keyed hash, the codecs and
 * the comparison with a record's key, nothing else.
 *
 * @guarantee G-15
 */
export class RawId {
  readonly kind: IdKind;
  readonly #value: string;

  constructor(kind: IdKind, value: string) {
    this.kind = kind;
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `[${this.kind}]`;
  }

  toJSON(): string {
    return `[${this.kind}]`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `[${this.kind}]`;
  }
}

export interface Identified {
  readonly memberId: RawId | null;
  readonly deviceId: RawId | null;
  readonly cookieId?: RawId | null;
}

/** The subject of an event: the member where known, else the device, else (access logs) the cookie. */
export const subjectOf = (event: Identified): RawId | null =>
  event.memberId ?? event.deviceId ?? event.cookieId ?? null;

/** HMAC-SHA-256 of an identifier under one epoch's key, cut to 128 bits, hex. Means nothing outside its epoch. */
export type Pseudonym = Brand<string, 'Pseudonym'>;

/** For whom a pseudonym is made; each audience has salts of its own. */
export const AUDIENCES = ['statistics', 'nearby', 'fraud'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** Names one salt: an audience's epoch. */
export interface SaltName {
  readonly audience: Audience;
  readonly epoch: EpochStart;
}

/** A subject's device inside one statistics epoch. One object per device and epoch, so it can be compared by identity. */
export interface Who {
  readonly epoch: EpochStart;
  readonly subject: Pseudonym;
  readonly device: Pseudonym;
  /** True when the subject is a member: only members count towards k. */
  readonly linked: boolean;
}

export const pseudonym = (hex: string): Pseudonym => hex as Pseudonym;
