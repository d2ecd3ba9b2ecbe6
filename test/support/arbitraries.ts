/** Arbitrary days of contributions: few people, few stores and few hours, so that rows are released at small k. */
import fc from 'fast-check';
import type {
  Contribution,
  FootfallContribution,
  SuccessorContribution,
  TraitsContribution,
  VisitContribution,
} from '../../src/model/contribution.ts';
import type { GatePolicy, Policy, Tier } from '../../src/model/policy.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, eventTime } from '../../src/model/time.ts';
import { EPOCH, aFootfall, aPolicy, aSuccessor, aVisit, someTraits } from './builders.ts';
import type { Contributions } from './oracle.ts';

/** Members m0… and, from 100 on, subjects without a member. */
const anyone = fc.oneof(
  { weight: 9, arbitrary: fc.nat(29) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 106 }) },
);
const nameOf = (n: number): string => `s${String(n)}`;
const isMember = (n: number): boolean => n < 100;

/** Mostly three hours of one daypart, else any minute of the day. */
const anyMinute = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 8 * 60, max: 10 * 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 24 * 60 - 1 }) },
);
/** How long after its end a visit becomes known; sometimes too late for its hour, its daypart, its day. */
const anyLag = fc.oneof(
  { weight: 5, arbitrary: fc.nat(10) },
  { weight: 1, arbitrary: fc.nat(100) },
  { weight: 1, arbitrary: fc.nat(12 * 60) },
);
/** Nothing of an epoch becomes known after its last closing: its state is gone. */
const LAST_KNOWN = EPOCH + 26 * HOUR_MS - 1;
const STORES = ['bakery', 'cinema', 'grocer', 'hatter', 'inn'] as const;
const anyStore = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('bakery', 'cinema') },
  { weight: 2, arbitrary: fc.constantFrom(...STORES) },
);

const anyVisit = fc
  .record({
    who: anyone,
    store: anyStore,
    minute: anyMinute,
    lag: anyLag,
    dwell: fc.integer({ min: 3, max: 240 }),
  })
  .map(({ who, store, minute, lag, dwell }) => {
    const end = EPOCH + minute * MINUTE_MS;
    return aVisit(nameOf(who), {
      store,
      end: eventTime(end),
      dwellMs: dwell * MINUTE_MS,
      linked: isMember(who),
      knownAt: eventTime(Math.min(end + lag * MINUTE_MS, LAST_KNOWN)),
    });
  });

const anyFootfall = fc
  .record({ who: anyone, store: anyStore, hour: fc.constantFrom(0, 6, 6, 6, 18), lag: anyLag })
  .map(({ who, store, hour, lag }) => {
    const start = EPOCH + hour * HOUR_MS;
    return aFootfall(nameOf(who), {
      store,
      resolution: hour === 18 ? 6 : 8,
      windowStart: eventTime(start),
      linked: isMember(who),
      knownAt: eventTime(Math.min(start + 3 * HOUR_MS + 2 * lag * MINUTE_MS, LAST_KNOWN)),
    });
  });

/** One contribution to footfall per subject, cell and window, as the bounds see to. */
const footfallKey = (c: FootfallContribution): string => `${c.subject}|${c.cell}|${String(c.windowStart)}`;
const visitKey = (c: VisitContribution): string => `${c.subject}|${c.store}|${String(c.end)}`;

const anyNext = fc.option(fc.constantFrom(...STORES), { nil: null });

const anyTrait = (...values: readonly string[]) =>
  fc.option(fc.constantFrom(...values), { nil: null, freq: 4 });

/** Two or three values of each, so that some parts are large enough; some people say more than once. */
const anyTraits: fc.Arbitrary<TraitsContribution> = fc
  .record({
    who: anyone,
    minute: fc.nat(24 * 60),
    traits: fc.record({
      terminalType: anyTrait('phone', 'tablet', 'other'),
      os: anyTrait('android', 'ios'),
      ageBand: anyTrait('20s', '30s', '40s'),
      gender: anyTrait('FEMALE', 'MALE'),
      prefecture: anyTrait('Tokyo'),
    }),
  })
  .map(({ who, minute, traits }) =>
    someTraits(nameOf(who), { traits, knownAt: eventTime(EPOCH + minute * MINUTE_MS) }),
  );

/** The contributions of one epoch, every one distinct. */
export const anyDay: fc.Arbitrary<Contributions> = fc
  .record({
    visits: fc.uniqueArray(fc.tuple(anyVisit, anyNext), {
      minLength: 20,
      maxLength: 160,
      size: 'max',
      selector: ([v]) => visitKey(v),
    }),
    footfall: fc.uniqueArray(anyFootfall, { maxLength: 70, size: 'max', selector: footfallKey }),
    traits: fc.oneof(
      { weight: 3, arbitrary: fc.array(anyTraits, { minLength: 20, maxLength: 50, size: 'max' }) },
      { weight: 1, arbitrary: fc.constant([]) },
    ),
  })
  .map(({ visits, footfall, traits }) => ({
    visits: visits.map(([visit]) => visit),
    successors: visits.flatMap(([visit, next]): SuccessorContribution[] =>
      next === null ? [] : [aSuccessor(visit, next)],
    ),
    footfall,
    traits,
  }));

/** Gates that release something of such days. */
export const anyGate: fc.Arbitrary<GatePolicy> = fc
  .record({
    sizes: fc.constantFrom(
      { k: 2, kBreakdown: 2, rounding: 1 },
      { k: 3, kBreakdown: 4, rounding: 1 },
      { k: 4, kBreakdown: 4, rounding: 2 },
      { k: 5, kBreakdown: 5, rounding: 5 },
    ),
    tier: fc.constantFrom<Tier[]>('threshold', 'perturbed'),
    drawMax: fc.integer({ min: 1, max: 3 }),
    unlinkedRaiseK: fc.boolean(),
    homogeneityShare: fc.constantFrom(0.6, 0.75, 0.9),
  })
  .map(({ sizes, ...more }) => aPolicy({ gate: { ...sizes, ...more } }).gate);

export const policyWith = (gate: GatePolicy): Policy => aPolicy({ gate });

export const everyone = ({
  visits,
  successors,
  footfall,
  traits,
}: Contributions): readonly Contribution[] => [...visits, ...successors, ...footfall, ...traits];

/** Moments of an epoch and its graces at which a watermark may stand, ascending. */
export const anyWatermarks = fc
  .uniqueArray(fc.integer({ min: 0, max: 27 * 60 }), { maxLength: 12 })
  .map((minutes) => minutes.sort((a, b) => a - b).map((minute) => EPOCH + minute * MINUTE_MS));

export const EPOCH_OVER = EPOCH + 2 * DAY_MS;
