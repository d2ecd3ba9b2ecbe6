/** All consents of a task's subjects, kept under keyed hashes of the subjects so that the book itself names nobody. */
import { createHmac } from 'node:crypto';
import type { Identified, IdKind, RawId } from '../model/identity.ts';
import { subjectOf } from '../model/identity.ts';
import type { Consent } from '../model/consent.ts';
import type { ConsentPolicy } from '../model/policy.ts';
import type { RawRevocation, RawRight } from '../model/raw.ts';
import type { SubjectConsent } from './consent.ts';
import { foldConsent, foldErasure, foldRevocation } from './consent.ts';
import type { Need, Standing } from './purposes.ts';
import { standingOf } from './purposes.ts';
import { RecentMap } from './recent-map.ts';

export interface ConsentBookOptions {
  /** The deployment key, 32 bytes. It outlives epochs, as consents do. */
  readonly key: Buffer;
  readonly policy: ConsentPolicy;
  /** Subjects whose hash is remembered; bounds the raw identifiers in memory. */
  readonly rememberedIds?: number;
}

/** What a consent or erasure record takes back; the contributions of open windows must follow (G-03). */
export interface Withdrawal {
  /** Of what was counted by position. */
  readonly withdrawn: boolean;
  /** Of what was counted by access log. */
  readonly withdrawnFromWeb: boolean;
  /** Nothing was known of the subject before. */
  readonly isFirst: boolean;
}

/** A subject by its hash under the deployment key, hex. */
export interface StandingEntry {
  readonly subject: string;
  readonly consent: Consent | null;
}

const hexOf = (key: string): string => Buffer.from(key, 'latin1').toString('hex');

/** Device and cookie identifiers are one namespace: a consent record carries either in `deviceId`. */
type SubjectKind = 'member' | 'terminal';

interface Slot {
  readonly key: string;
  /** Null for a subject without any record. */
  standing: Standing | null;
}

const REMEMBERED_IDS = 65_536;
const KEY_BYTES = 16;

/**
 * Consents by HMAC-SHA-256 of kind and identifier under the deployment key, cut to 128 bits. A bounded memo from raw
 * identifier to entry saves the hash for subjects seen often: it lives in this process's memory only, where the
 * events that carry the same identifiers live as well; it is never stored, and an erasure empties the subject's place.
 *
 * @guarantee G-01
 */
export class ConsentBook {
  readonly #key: Buffer;
  readonly #policy: ConsentPolicy;
  readonly #consents = new Map<string, SubjectConsent>();
  readonly #slots: Readonly<Record<SubjectKind, RecentMap<Slot>>>;

  constructor({ key, policy, rememberedIds = REMEMBERED_IDS }: ConsentBookOptions) {
    this.#key = key;
    this.#policy = policy;
    this.#slots = { member: new RecentMap(rememberedIds), terminal: new RecentMap(rememberedIds) };
  }

  /** Subjects with a record. */
  get size(): number {
    return this.#consents.size;
  }

  /** Null for a subject without any record. */
  of(subject: RawId): Standing | null {
    return this.#slotOf(subject).standing;
  }

  /**
   * Takes in one record; the order of records is the order of arrival.
   *
   * @guarantee G-03
   */
  apply(record: RawRight | RawRevocation): Withdrawal {
    const subject = subjectOf(record);
    if (subject === null) return { withdrawn: false, withdrawnFromWeb: false, isFirst: false };
    const slot = this.#slotOf(subject);
    const before = slot.standing;
    const consent = folded(before?.consent ?? null, record);
    if (consent === null) return { withdrawn: false, withdrawnFromWeb: false, isFirst: true };
    const isErasure = record.kind === 'erasure';
    const after = standingOf(consent, this.#policy);
    slot.standing = after;
    this.#consents.set(slot.key, consent);
    if (isErasure) this.#slots[subjectKind(subject.kind)].delete(subject.reveal());
    return {
      withdrawn: isErasure || isShortened(before, after, ['counted']),
      withdrawnFromWeb: isErasure || isShortened(before, after, ['byMember', 'byTerminal', 'byCookie']),
      isFirst: before === null,
    };
  }

  /** How the subject of a record stands, under the name that views have for it; null for nobody. */
  standingOf(record: Identified): StandingEntry | null {
    const subject = subjectOf(record);
    if (subject === null) return null;
    const { key, standing } = this.#slotOf(subject);
    return { subject: hexOf(key), consent: standing?.consent ?? null };
  }

  /** All subjects with a record. */
  *standings(): Generator<StandingEntry> {
    for (const [key, consent] of this.#consents) yield { subject: hexOf(key), consent };
  }

  #slotOf(subject: RawId): Slot {
    const kind = subjectKind(subject.kind);
    const id = subject.reveal();
    const known = this.#slots[kind].get(id);
    if (known !== undefined) return known;
    const digest = createHmac('sha256', this.#key).update(`${kind}\0${id}`).digest();
    // One character a byte: the shortest key a Map can have.
    const key = digest.toString('latin1', 0, KEY_BYTES);
    const consent = this.#consents.get(key);
    const slot: Slot = {
      key,
      standing: consent === undefined ? null : standingOf(consent, this.#policy),
    };
    this.#slots[kind].set(id, slot);
    return slot;
  }
}

/** Null where nothing is known of the subject after it either. */
const folded = (before: SubjectConsent | null, record: RawRight | RawRevocation): SubjectConsent | null => {
  if (record.kind === 'erasure') return foldErasure(before, record);
  if (record.kind === 'consent') return foldConsent(before, record);
  return before === null ? null : foldRevocation(before);
};

/** True when something that was served before is served from later on only, or no more. */
const isShortened = (before: Standing | null, after: Standing, needs: readonly Need[]): boolean =>
  before !== null &&
  needs.some(
    (need) => after.app[need] > before.app[need] || after.thirdParty[need] > before.thirdParty[need],
  );

const subjectKind = (kind: IdKind): SubjectKind => (kind === 'member' ? 'member' : 'terminal');
