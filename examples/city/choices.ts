/** What the people allow: their consents before the first day, changes and withdrawals during the days, erasures. */
import type { Person } from './people.ts';
import { Random, STREAM, runningSums } from './random.ts';
import type { ConsentRecord, ErasureRecord } from './records.ts';
import { given } from './records.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CURRENT_VERSION = 3;
const OLD_VERSION = 1;

/** A person's attitude, and how common it is in a hundred. */
const ATTITUDES = {
  usual: 82,
  everything: 3,
  noLocation: 4,
  noTerminalId: 3,
  noCookies: 2,
  noStatistics: 2,
  nothing: 2,
  silent: 2,
} as const;
type Attitude = keyof typeof ATTITUDES;
const NAMES = Object.keys(ATTITUDES) as Attitude[];
const SUMS = runningSums(Object.values(ATTITUDES));

const SHARE = {
  withdraws: 0.01,
  grantsLate: 0.01,
  erases: 0.003,
  oldVersion: 0.006,
  cookieConsent: 0.8,
} as const;

type Allowed = Pick<ConsentRecord, 'purposes' | 'sources'>;

const allowedBy = (attitude: Attitude): Allowed => {
  const some = attitude !== 'nothing' && attitude !== 'silent';
  return {
    purposes: {
      nearbyShops: some,
      usageStatistics: some && attitude !== 'noStatistics',
      fraudPrevention: some,
      serviceImprovement: some,
      thirdPartyTracking: attitude === 'everything',
    },
    sources: {
      location: some && attitude !== 'noLocation',
      terminalId: some && attitude !== 'noTerminalId',
      cookies: some && attitude !== 'noCookies',
    },
  };
};

/** All that a person and its browsers ever say about their data; times are epoch ms. */
export interface Choices {
  /** In force before the first day. */
  readonly before: readonly ConsentRecord[];
  /** During the days. */
  readonly changes: readonly ConsentRecord[];
  /** One for the member and one for every terminal, as `oboro erase` writes them. */
  readonly erasures: readonly ErasureRecord[];
}

interface Span {
  /** 04:00 of the first day. */
  readonly start: number;
  readonly days: number;
}

/** Some waking time of some day. */
const during = (random: Random, span: Span): number =>
  Math.floor(span.start + random.below(span.days) * DAY_MS + random.between(3, 18) * HOUR_MS);

const ago = (random: Random, span: Span): number =>
  Math.floor(span.start - random.between(0.1, 300) * DAY_MS);

const recordOf = (
  person: Person,
  atMs: number,
  attitude: Attitude,
  policyVersion: number,
): ConsentRecord => ({
  deviceId: person.terminals[0].deviceId,
  ...given('memberId', person.memberId),
  atMs,
  policyVersion,
  ...allowedBy(attitude),
});

/** Consents of the cookies by which the browsers of a person are known without an account. */
const cookieConsents = (person: Person, random: Random, span: Span): readonly ConsentRecord[] =>
  person.terminals.flatMap(({ cookieId }) =>
    cookieId === null || !random.chance(SHARE.cookieConsent)
      ? []
      : [
          {
            deviceId: cookieId,
            atMs: ago(random, span),
            policyVersion: CURRENT_VERSION,
            ...allowedBy('usual'),
          },
        ],
  );

const erasuresOf = (person: Person, random: Random, atMs: number): readonly ErasureRecord[] => {
  const requestId = random.hex(4);
  const [first, ...others] = person.terminals.map(({ deviceId }) => ({ deviceId, atMs, requestId }));
  if (first === undefined) return [];
  if (person.memberId === null) return [first, ...others];
  return [{ ...first, memberId: person.memberId }, first, ...others];
};

/** The same choices for the same seed, person and span of days. */
export const choicesOf = (seed: number, person: Person, span: Span): Choices => {
  const random = new Random(seed, STREAM.choice, person.index);
  const drawn = NAMES[random.index(SUMS)] ?? 'usual';
  const late = random.chance(SHARE.grantsLate);
  const attitude = late ? random.pick(['nothing', 'silent'] as const) : drawn;
  const version = random.chance(SHARE.oldVersion) ? OLD_VERSION : CURRENT_VERSION;
  const before = attitude === 'silent' ? [] : [recordOf(person, ago(random, span), attitude, version)];
  const changes: ConsentRecord[] = [];
  if (late) changes.push(recordOf(person, during(random, span), 'usual', CURRENT_VERSION));
  else if (attitude === 'usual' && random.chance(SHARE.withdraws / 0.82)) {
    const left = random.pick(['nothing', 'nothing', 'noLocation', 'noStatistics'] as const);
    changes.push(recordOf(person, during(random, span), left, CURRENT_VERSION));
  }
  const erasures = random.chance(SHARE.erases) ? erasuresOf(person, random, during(random, span)) : [];
  return { before: [...before, ...cookieConsents(person, random, span)], changes, erasures };
};
