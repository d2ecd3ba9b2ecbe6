/** What stage S itself writes to `privacy.consent`, so that compaction never leaves a choice that is not the last one. */
import type { Consent, Grant } from '../../model/consent.ts';
import { PURPOSES, SOURCES } from '../../model/consent.ts';
import type { RawId } from '../../model/identity.ts';
import { subjectOf } from '../../model/identity.ts';
import type { RawConsent, RawRevocation, RawRight } from '../../model/raw.ts';
import type { WallTime } from '../../model/time.ts';
import { HOUR_MS, wallTime } from '../../model/time.ts';
import type { Outgoing } from '../../ports/log.ts';
import type { SanitizeFlow } from '../flow.ts';

const TOPIC = 'privacy.consent';

/**
 * A broker closes a segment, and so compacts it, only when something is appended after its time. A partition that has
 * been quiet for this long gets a record of nobody: its key is no identifier.
 */
const ROLL_MS = 6 * HOUR_MS;
const NOBODY = Buffer.from([0]);

/** After an erasure a new choice may still be on its way, which a tombstone would take away again. */
const TOMBSTONE_AFTER_MS = HOUR_MS;

export interface ConsentTopicOptions {
  readonly partition: number;
  readonly flow: Pick<SanitizeFlow, 'standingOf'>;
  readonly encode: (record: RawConsent, partition: number) => Outgoing;
  readonly now: WallTime;
}

interface Pending {
  readonly subject: RawId;
  readonly right: RawRight;
  readonly dueAt: WallTime;
}

export class ConsentTopic {
  readonly #o: ConsentTopicOptions;
  /** Tombstones to come, by subject; in this process's memory only, and found again in the erasures after a restart. */
  readonly #pending = new Map<string, Pending>();
  #appendedAt: WallTime;

  constructor(options: ConsentTopicOptions) {
    this.#o = options;
    this.#appendedAt = options.now;
  }

  /** Something was read of the partition. */
  saw(now: WallTime): void {
    this.#appendedAt = now;
  }

  /** Notes an erasure: what was chosen before it must leave the topic, since the erasure is kept for a few days only. */
  note(right: RawRight | RawRevocation, now: WallTime): void {
    const subject = subjectOf(right);
    if (subject === null || right.kind === 'revocation') return;
    if (!isForgotten(this.#standingOf(right))) return;
    const name = `${subject.kind}|${subject.reveal()}`;
    this.#pending.set(name, { subject, right, dueAt: wallTime(now + TOMBSTONE_AFTER_MS) });
  }

  /**
   * What must follow a right that was just applied. A choice that is older than the last one would be all that compaction
   * leaves, since it keeps the newest offset, and could grant more, earlier, or under another version: so the last one
   * is told again.
   *
   * @guarantee G-01
   */
  after(right: RawRight | RawRevocation, now: WallTime): readonly Outgoing[] {
    this.note(right, now);
    if (right.kind !== 'consent') return [];
    const standing = this.#standingOf(right);
    if (standing === null || isForgotten(standing) || right.at >= standing.at) return [];
    return [this.#o.encode(chosen(right, standing), this.#o.partition)];
  }

  /**
   * Tombstones of the erased whose time has come and who have chosen nothing since; a record of nobody, where the
   * partition was quiet.
   *
   * @guarantee G-04
   */
  turn(now: WallTime): readonly Outgoing[] {
    const records: Outgoing[] = [];
    for (const [name, { subject, right, dueAt }] of this.#pending) {
      if (dueAt > now) continue;
      this.#pending.delete(name);
      if (isForgotten(this.#standingOf(right))) records.push(this.#tombstone(Buffer.from(subject.reveal())));
    }
    if (records.length === 0 && now - this.#appendedAt >= ROLL_MS) records.push(this.#tombstone(NOBODY));
    if (records.length > 0) this.#appendedAt = now;
    return records;
  }

  #standingOf(right: RawRight): Consent | null {
    return this.#o.flow.standingOf(right)?.consent ?? null;
  }

  #tombstone(key: Buffer): Outgoing {
    return { topic: TOPIC, partition: this.#o.partition, key, value: null };
  }
}

/** Erased, and nothing chosen since. */
export const isForgotten = (consent: Consent | null): boolean =>
  consent !== null && consent.erasedAt !== null && consent.at <= consent.erasedAt;

/** The last choice, as its subject would send it. */
const chosen = (record: RawConsent, { at, policyVersion, purposes, sources }: Consent): RawConsent => ({
  ...record,
  at,
  policyVersion,
  purposes: onOf(PURPOSES, purposes),
  sources: onOf(SOURCES, sources),
});

const onOf = <K extends string>(keys: readonly K[], grants: Readonly<Record<K, Grant>>): Record<K, boolean> =>
  Object.fromEntries(keys.map((key) => [key, grants[key].since !== null])) as Record<K, boolean>;
