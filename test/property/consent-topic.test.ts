import { describe, expect, it } from 'vitest';
import { RawId } from '../../src/model/identity.ts';
import type { RawRevocation, RawRight } from '../../src/model/raw.ts';
import { HOUR_MS, eventTime, wallTime } from '../../src/model/time.ts';
import { ConsentTopic } from '../../src/runtime/stream/consent-topic.ts';
import { ConsentBook } from '../../src/sanitize/consent-book.ts';
import { aConsent, anErasure } from '../support/builders.ts';

type Right = RawRight | RawRevocation;

const WHO = { device: 'd-1', member: 'm-1' };
const MEMBER = new RawId('member', WHO.member);
/** The end of what a compacted topic holds under the key. */
const TOMBSTONE: Right = { kind: 'revocation', memberId: MEMBER, deviceId: null };
/** Agreement to version 3 counts; version 4 asks for something else. */
const acceptedVersions = {
  nearbyShops: [3],
  usageStatistics: [3],
  fraudPrevention: [3],
  serviceImprovement: [3],
  thirdPartyTracking: [3],
};

const aBook = (): ConsentBook => new ConsentBook({ key: Buffer.alloc(32, 1), policy: { acceptedVersions } });
/** Since when the subject is counted; never is infinite. */
const servedSince = (book: ConsentBook): number => book.of(MEMBER)?.app.counted ?? Number.POSITIVE_INFINITY;

interface Ends {
  readonly live: number;
  readonly rebuilt: number;
}

/** Rights as they come, with what the topic adds; then what a restart makes of the compacted topics. */
const endsOf = (rights: readonly Right[], erasuresExpired: boolean): Ends => {
  const live = aBook();
  const consents: Right[] = [];
  const erasures: Right[] = [];
  const again: Right[] = [];
  const topic = new ConsentTopic({
    partition: 0,
    now: wallTime(0),
    flow: { standingOf: (record) => live.standingOf(record) },
    encode: (record) => {
      again.push(record);
      return { topic: 'privacy.consent', partition: 0, key: null, value: Buffer.alloc(0) };
    },
  });
  const take = (right: Right): void => {
    (right.kind === 'erasure' ? erasures : consents).push(right);
    live.apply(right);
    topic.after(right, wallTime(0));
    for (const told of again.splice(0)) take(told);
  };
  for (const right of rights) take(right);
  const tombstones = topic.turn(wallTime(2 * HOUR_MS)).filter(({ key }) => key?.toString() === WHO.member);
  for (const _ of tombstones) take(TOMBSTONE);
  const rebuilt = aBook();
  // Compaction keeps the newest offset of a key.
  const last = consents.at(-1);
  if (last !== undefined) rebuilt.apply(last);
  if (!erasuresExpired) for (const erasure of erasures) rebuilt.apply(erasure);
  return { live: servedSince(live), rebuilt: servedSince(rebuilt) };
};

const choice = (at: number, on: boolean, version: number): RawRight =>
  aConsent({ ...WHO, at: eventTime(at), version, ...(on ? {} : { purposes: [], sources: [] }) });

const MOST = 4;

/** Every order of up to four of some rights, with repetition. */
const orders = (of: readonly Right[], most = MOST): readonly (readonly Right[])[] =>
  most === 0 ? [[]] : [[], ...orders(of, most - 1).flatMap((rest) => of.map((one) => [one, ...rest]))];

describe('G-01 compaction of privacy.consent', () => {
  const choices = [100, 200, 300].flatMap((at) => [choice(at, true, 3), choice(at, false, 3)]);
  const erasures = [150, 250].map((at) => anErasure({ ...WHO, at: eventTime(at) }));

  it.each<[string, readonly Right[], boolean]>([
    ['while erasures are kept', [...choices, ...erasures, TOMBSTONE], false],
    ['when erasures have expired', [...choices, ...erasures, TOMBSTONE], true],
    [
      'with versions that ask for a new choice',
      [...choices.slice(0, 4), choice(300, true, 4), choice(200, true, 4)],
      false,
    ],
  ])('never serves more or from earlier than the task that saw it all: %s', (_, rights, expired) => {
    const all = orders(rights).filter((order) => order.length > 0);
    const more = all.filter((order) => {
      const { live, rebuilt } = endsOf(order, expired);
      return rebuilt < live;
    });
    expect(all.length).toBeGreaterThan(1_000);
    expect(more).toEqual([]);
  });

  it('is not refused where nothing was: what is alive stays alive', () => {
    expect(endsOf([choice(100, true, 3)], false)).toEqual({ live: 100, rebuilt: 100 });
    const late = endsOf([choice(300, true, 3), choice(200, true, 3)], false);
    expect(Number.isFinite(late.rebuilt)).toBe(true);
  });
});
