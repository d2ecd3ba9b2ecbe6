/**
 * Withdrawal and erasure: an analyst compares what was released before and after somebody withdrew.
 *
 * Knows: every released row, and the moment at which a person withdrew or was erased. Does: compares rows that were out
 * before with what they say later, and parts of breakdowns that came out after with the rows they belong to: any change
 * is the person. Source: Garg, Goldwasser and Vasudevan, "Formalizing data deletion" (2020). Controls: a release that
 * is made anew without the person; one that ignores the withdrawal.
 */
import type { PlaceTable } from '../../../../src/model/table.ts';
import type { Policy } from '../../../../src/model/policy.ts';
import type { Pseudonym } from '../../../../src/model/identity.ts';
import type { EventTime, WindowKind } from '../../../../src/model/time.ts';
import { eventTime } from '../../../../src/model/time.ts';
import type { Witnessed } from '../../../../src/release/witness.ts';
import { seriesOf } from '../released-sets.ts';
import type { Adversary } from '../score.ts';
import type { Counted, Releases } from '../stand.ts';

export const WITHDRAWAL: Adversary = {
  name: 'withdrawal',
  title: 'Withdrawal and erasure',
  explanation:
    'An analyst knows when people withdrew or were erased and compares rows from before and after. The first number is how many rows that were out already read differently afterwards; the weakened system makes its tables anew without the people who left. The second is the share of them who are still in something released later; the weakened system ignores withdrawals. The third is how many later breakdowns do not add up to the rows they belong to, which would show that somebody is missing; the weakened system counts who is left.',
};

/** When a row comes out. Transitions, terminals and demographics come with their day, whatever their window. */
export interface Schedule {
  readonly dayEnd: (at: EventTime) => EventTime;
  readonly windowEnd: (kind: WindowKind, at: EventTime) => EventTime;
  readonly gate: Pick<Policy['gate'], 'graceShortMs' | 'graceDayMs'>;
}

const DAILY = /^(transitions|terminals|demographics)/;

export const outAt = (
  series: string,
  { windowKind, windowStart }: Pick<Witnessed, 'windowKind' | 'windowStart'>,
  { dayEnd, windowEnd, gate }: Schedule,
): number =>
  windowKind === 'day' || DAILY.test(series)
    ? dayEnd(windowStart) + gate.graceDayMs
    : windowEnd(windowKind, windowStart) + gate.graceShortMs;

/** Rows that came out at or before a moment, as texts. */
export const rowsUntil = (
  releases: Releases,
  tables: readonly PlaceTable[],
  { from, until, schedule }: { readonly from: number; readonly until: number; readonly schedule: Schedule },
): readonly string[] =>
  tables.flatMap((table) =>
    releases
      .rows(table)
      .filter((row) => {
        const windowStart = eventTime(Date.parse(row.window_start));
        const out = outAt(seriesOf(table, row), { windowKind: row.window_kind, windowStart }, schedule);
        return windowStart >= from && out <= until;
      })
      .map((row) => `${table} ${JSON.stringify(row)}`),
  );

/** Rows of one list that the other does not have, both ways. */
export const differing = (a: readonly string[], b: readonly string[]): number => {
  const [inA, inB] = [new Set(a), new Set(b)];
  return a.filter((row) => !inB.has(row)).length + b.filter((row) => !inA.has(row)).length;
};

/** What happens to a day's contributions when some people leave at a moment. */
export interface Leaving {
  readonly at: number;
  readonly subjects: ReadonlySet<Pseudonym>;
  /** `retracted`: as the product does. `stopped`: nothing more comes, and nothing is taken back. */
  readonly mode: 'retracted' | 'stopped';
}

export const leave = (
  contributions: readonly Counted[],
  { at, subjects, mode }: Leaving,
): readonly Counted[] => {
  const isAfter = (message: Counted): boolean => message.kind !== 'retract' && message.knownAt > at;
  const first = contributions.findIndex(isAfter);
  const split = first < 0 ? contributions.length : first;
  const before = contributions.slice(0, split);
  const held = new Map<string, Counted>();
  for (const message of before) {
    if (subjects.has(message.subject)) held.set(`${message.subject}|${message.region}`, message);
  }
  const taken = [...held.values()].map(
    ({ epoch, region, subject }) => ({ kind: 'retract', epoch, region, subject }) as const,
  );
  return [
    ...before,
    ...(mode === 'retracted' ? taken : []),
    ...contributions.slice(split).filter(({ subject }) => !subjects.has(subject)),
  ];
};
