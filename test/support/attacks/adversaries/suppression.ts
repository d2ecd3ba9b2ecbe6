/**
 * Suppression and row presence: an analyst draws conclusions from which rows are there, whatever they say.
 *
 * Knows: everybody's visits to one store on one day, except whether one person made one of them; the ladder and its
 * times; k and the range of the secret draw. Does: works out for each possible draw which rows of the store would be
 * there with the person and without, and compares with those that are. Source: Kelly, Golden and Assad, "Cell
 * suppression: disclosure protection for sensitive tabular data" (1992). Control: no secret draw.
 */
import type { VisitContribution } from '../../../../src/model/contribution.ts';
import type { Policy } from '../../../../src/model/policy.ts';
import type { EventTime } from '../../../../src/model/time.ts';
import { WINDOW_KINDS } from '../../../../src/model/time.ts';
import type { Calendar } from '../../../../src/time/calendar.ts';
import { closesAt } from '../../../../src/time/schedule.ts';
import type { Adversary } from '../score.ts';
import type { Releases } from '../stand.ts';

export const SUPPRESSION: Adversary = {
  name: 'suppression',
  title: 'Suppression and row presence',
  explanation:
    'Somebody knows all visits to a store on a day, except whether one person made one of them, in an hour with hardly more people than a row needs. Which of the store’s rows are there, and on which rungs, is compared with what each possible draw would show with the person and without. The first number is how often they are right when it is a coin’s throw, the second how often they are certain and right; the weakened system has no draw.',
};

/** A contribution as the ladder of one store sees it. */
type Visit = Pick<VisitContribution, 'subject' | 'linked' | 'end' | 'knownAt'>;

export interface LadderRules {
  readonly calendar: Calendar;
  readonly gate: Policy['gate'];
}

/** The finest window of a store that a visit known then may still enter. */
const firstRung = (visit: Visit, { calendar, gate }: LadderRules): number =>
  WINDOW_KINDS.findIndex((kind) => closesAt(kind, calendar.windowAt(kind, visit.end), gate) > visit.knownAt);

const members = (visits: readonly Visit[]): number =>
  new Set(visits.filter(({ linked }) => linked).map(({ subject }) => subject)).size;

/** The rows of a store that a draw would leave: `kind|start` of each. */
const rowsWith = (visits: readonly Visit[], draw: number, rules: LadderRules): ReadonlySet<string> => {
  const rows = new Set<string>();
  let waiting: readonly Visit[] = [];
  WINDOW_KINDS.forEach((kind, rung) => {
    const here = [...waiting, ...visits.filter((visit) => firstRung(visit, rules) === rung)];
    const byWindow = new Map<EventTime, Visit[]>();
    for (const visit of here) {
      const { start } = rules.calendar.windowAt(kind, visit.end);
      byWindow.set(start, [...(byWindow.get(start) ?? []), visit]);
    }
    const left: Visit[] = [];
    for (const [start, bucket] of byWindow) {
      if (members(bucket) >= rules.gate.k + draw) rows.add(`${kind}|${start}`);
      else left.push(...bucket);
    }
    waiting = left;
  });
  return rows;
};

const isSame = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((row) => b.has(row));

export interface PresenceQuestion {
  readonly store: string;
  readonly others: readonly Visit[];
  readonly visit: Visit;
}

/** Probability that the person was there, by the rows that are; half when no draw explains them. */
export const posterior = (
  { others, visit }: PresenceQuestion,
  seen: ReadonlySet<string>,
  rules: LadderRules,
): number => {
  const { drawMax } = rules.gate;
  const draws = drawMax === 0 ? [0] : Array.from({ length: drawMax }, (_, i) => i + 1);
  const fits = (visits: readonly Visit[]): number =>
    draws.filter((draw) => isSame(rowsWith(visits, draw, rules), seen)).length;
  const [withPerson, without] = [fits([...others, visit]), fits(others)];
  return withPerson + without === 0 ? 0.5 : withPerson / (withPerson + without);
};

/** The rows of every store, day by day, as `kind|start`. */
export const storeRows = (
  releases: Releases,
  dayOf: (at: number) => number,
): ReadonlyMap<string, ReadonlySet<string>> => {
  const byStore = new Map<string, Set<string>>();
  for (const row of releases.rows('visits')) {
    if (row.status !== 'RELEASED' || row.unit_kind !== 'store') continue;
    const start = Date.parse(row.window_start);
    const key = `${row.unit_id}|${dayOf(start)}`;
    const held = byStore.get(key) ?? new Set();
    byStore.set(key, held.add(`${row.window_kind}|${start}`));
  }
  return byStore;
};

/** The visit whose hour is nearest to what a row needs; null where no hour is near it. */
export const criticalVisit = <V extends Visit>(visits: readonly V[], rules: LadderRules): V | null => {
  const { k, drawMax } = rules.gate;
  const byHour = new Map<EventTime, V[]>();
  for (const visit of visits) {
    if (firstRung(visit, rules) !== 0) continue;
    const { start } = rules.calendar.windowAt('hour', visit.end);
    byHour.set(start, [...(byHour.get(start) ?? []), visit]);
  }
  for (const hour of byHour.values()) {
    const count = members(hour);
    if (count < k || count > k + Math.max(drawMax, 5)) continue;
    const alone = hour.find(
      (one) => one.linked && hour.filter(({ subject }) => subject === one.subject).length === 1,
    );
    if (alone !== undefined) return alone;
  }
  return null;
};

export const storeDayKey = (store: string, epoch: number): string => `${store}|${epoch}`;
