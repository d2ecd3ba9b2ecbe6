/** What must hold between keys, beyond the range of each. */
import { CONNECTION_RULES } from './connection-rules.ts';
import { durationMs } from './duration.ts';
import type { Rule } from './rule.ts';
import type { Settings } from './schema.ts';

const ascending = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > (values[i - 1] ?? Infinity));

/** Hours after the day start, so that a daypart after midnight sorts behind the evening. */
const sinceDayStart = ({ policy }: Settings): readonly number[] =>
  policy.daypartHours.map((hour) => (hour - policy.dayStartHour + 24) % 24);

/** The most that one subject contributes to a table and day in the tier dp. */
const DP_MOST_CONTRIBUTIONS = 4;

/** Whole numbers, so that a sum of decimals is exact. */
const thousandths = (epsilon: number): number => Math.round(epsilon * 1_000);

const dpShares = ({ dpVisits, dpDwell, dpTransitions }: Settings['gate']): number =>
  [dpVisits, dpDwell, dpTransitions].reduce((sum, share) => sum + thousandths(share), 0);

const isMultiple = (value: number, of: number): boolean => value % of === 0;

/**
 * The rules between keys.
 *
 * Windows nest in epochs by construction (G-06): hours, dayparts and days are all cut from the epoch's start, so
 * only the order of the dayparts is left to check. Sliding or overlapping windows have no key at all (G-12). What the
 * tier dp tells of a subject is added up here (G-14).
 *
 * @guarantee G-06
 * @guarantee G-10
 * @guarantee G-14
 */
export const RULES: readonly Rule[] = [
  {
    key: 'gate.dpEpsilon',
    expected:
      'at least the sum of dpVisits, dpDwell and dpTransitions, since what is told of a subject adds up',
    holds: ({ gate }) => thousandths(gate.dpEpsilon) >= dpShares(gate),
  },
  {
    key: 'bounds.perTable',
    expected: 'at most 4 with gate.tier dp, since noise grows with what one subject may contribute',
    holds: ({ gate, bounds }) => gate.tier !== 'dp' || bounds.perTable <= DP_MOST_CONTRIBUTIONS,
  },
  {
    key: 'policy.daypartHours',
    expected: 'hours in ascending order from policy.dayStartHour, each once, without the day start itself',
    holds: (settings) => ascending([0, ...sinceDayStart(settings)]),
  },
  {
    key: 'gate.k',
    expected: 'a multiple of gate.rounding, so that a rounded number never falls below k',
    holds: ({ gate }) => isMultiple(gate.k, gate.rounding),
  },
  {
    key: 'gate.kBreakdown',
    expected: 'a multiple of gate.rounding, so that a rounded part never falls below it',
    holds: ({ gate }) => isMultiple(gate.kBreakdown, gate.rounding),
  },
  {
    key: 'gate.kBreakdown',
    expected: 'at least gate.k',
    holds: ({ gate }) => gate.kBreakdown >= gate.k,
  },
  {
    key: 'gate.graceShort',
    expected: 'shorter than gate.graceDay, so that the day stays open for what came too late for its hours',
    holds: ({ gate }) => durationMs(gate.graceShort) < durationMs(gate.graceDay),
  },
  {
    key: 'gate.dwellEdges',
    expected: 'edges in ascending order, each once',
    holds: ({ gate }) => ascending(gate.dwellEdges.map(durationMs)),
  },
  {
    key: 'gate.dwellEdges',
    expected: 'a first edge above visits.minDwell, else the first bin holds nothing',
    holds: ({ gate, visits }) => durationMs(gate.dwellEdges[0] ?? 'PT0S') > durationMs(visits.minDwell),
  },
  {
    key: 'gate.dwellEdges',
    expected: 'a last edge of bounds.dwellMax at most, because longer stays are cut to it',
    holds: ({ gate, bounds }) => durationMs(gate.dwellEdges.at(-1) ?? 'PT0S') <= durationMs(bounds.dwellMax),
  },
  {
    key: 'snap.sparseResolution',
    expected: 'snap.resolution at most, because sparse places need the coarser cells',
    holds: ({ snap }) => snap.sparseResolution <= snap.resolution,
  },
  {
    key: 'snap.nightResolution',
    expected: 'snap.sparseResolution at most, because the night needs the coarsest cells',
    holds: ({ snap }) => snap.nightResolution <= snap.sparseResolution,
  },
  {
    key: 'snap.expires',
    expected: 'at least snap.bucketS, else a location expires before its bucket is over',
    holds: ({ snap }) => durationMs(snap.expires) >= snap.bucketS * 1_000,
  },
  {
    key: 'snap.bucketS',
    expected: 'a divisor of 3600, so that a bucket lies inside one nearby epoch',
    holds: ({ snap }) => isMultiple(3_600, snap.bucketS),
  },
  ...CONNECTION_RULES,
];
