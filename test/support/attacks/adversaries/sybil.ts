/**
 * Planted members: somebody makes accounts that visit the victim's store, so that the row of the hour appears only with
 * the victim in it.
 *
 * Knows: nothing of others; their own accounts; the rules (k, the range of the secret draw). Does: sends so many accounts
 * into the victim's store and hour, and looks whether a row of that hour appears. The patient one first learns the draw
 * of the r7 cell from quiet stores in it early in the same day. Source: Douceur, "The Sybil attack" (2002).
 * Control: no secret draw.
 */
import type { VisitContribution } from '../../../../src/model/contribution.ts';
import type { EventTime } from '../../../../src/model/time.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, eventTime } from '../../../../src/model/time.ts';
import type { StoreUnit } from '../../../../src/place/units.ts';
import type { Planting } from '../planting.ts';
import type { Adversary } from '../score.ts';
import type { Counted, Releases, StandDay } from '../stand.ts';

export const SYBIL: Adversary = {
  name: 'sybil',
  title: 'Planted members',
  explanation:
    'Somebody sends made-up accounts into a store where the victim may be alone, and looks whether the hour gets a row. With k−1 of them this never tells anything: that is the first number, out of all trials. With more it works on the days when the secret draw happens to fit: the second number is the share of days for the best number of accounts. The patient attacker first looks for the draw with accounts in quiet stores of the same r7 cell; the third number is the share of days on which that works. The fourth is for a store that nobody else visits all day: there, the row of the daypart and of the day give two more chances. The weakened system has no draw.',
};

/** A store and hour in which exactly one member was, and nobody else. */
export interface Trial {
  readonly day: StandDay;
  readonly store: StoreUnit;
  readonly hour: EventTime;
  readonly victim: VisitContribution;
}

const hourOf = (at: number): EventTime => eventTime(Math.floor(at / HOUR_MS) * HOUR_MS);

const slot = (store: string, hour: number): string => `${store}|${hour}`;

/** Victims alone in their store and hour, whose visit was known in time; spread over stores and hours. */
export const lonelyVisits = (
  day: StandDay,
  stores: readonly StoreUnit[],
  graceMs: number,
): readonly Trial[] => {
  const inSlot = new Map<string, VisitContribution[]>();
  const gone = new Set(
    day.contributions.filter(({ kind }) => kind === 'retract').map(({ subject }) => subject),
  );
  for (const message of day.contributions) {
    if (message.kind !== 'visit') continue;
    const key = slot(message.store, hourOf(message.end));
    inSlot.set(key, [...(inSlot.get(key) ?? []), message]);
  }
  const byId = new Map(stores.map((store) => [String(store.id), store]));
  return [...inSlot.values()].flatMap((visits) => {
    const [victim, more] = visits;
    if (victim === undefined || more !== undefined || !victim.linked || gone.has(victim.subject)) return [];
    const hour = hourOf(victim.end);
    const store = byId.get(victim.store);
    const isKnownInTime = victim.knownAt + MINUTE_MS < hour + HOUR_MS + graceMs;
    return store === undefined || !isKnownInTime ? [] : [{ day, store, hour, victim }];
  });
};

/** Which store-hours got a row. */
export const seenHours = (releases: Releases): ReadonlySet<string> =>
  new Set(
    releases
      .rows('visits')
      .filter((row) => row.status === 'RELEASED' && row.window_kind === 'hour')
      .map((row) => slot(row.unit_id, Date.parse(row.window_start))),
  );

/** All released rows of visits of a store on the trial's day, whatever their window. */
export const rowsOfDay = (releases: Releases): ((trial: Trial) => string) => {
  const byStore = new Map<string, { readonly start: number; readonly name: string }[]>();
  for (const row of releases.rows('visits')) {
    if (row.status !== 'RELEASED' || row.unit_kind !== 'store') continue;
    const start = Date.parse(row.window_start);
    const held = byStore.get(row.unit_id) ?? [];
    byStore.set(row.unit_id, held);
    held.push({ start, name: `${row.window_kind} ${row.window_start}` });
  }
  return ({ day, store }) =>
    (byStore.get(store.id) ?? [])
      .filter(({ start }) => start >= day.epoch && start < day.epoch + DAY_MS)
      .map(({ name }) => name)
      .sort()
      .join(', ');
};

export const isSeen = (seen: ReadonlySet<string>, { store, hour }: Trial): boolean =>
  seen.has(slot(store.id, hour));

/** So many accounts in the victim's store and hour; accounts of different trials have nothing to do with each other. */
export const planted = (trial: Trial, planting: Planting, count: number): readonly Counted[] =>
  Array.from({ length: count }, (_, i) =>
    planting.visit(trial.day, `${trial.store.id} ${trial.hour} ${i}`, trial.store, trial.hour),
  );

/** Quiet stores of an r7 cell, each with one account more than the last, in the first hour of the day. */
export interface Probe {
  readonly store: StoreUnit;
  readonly count: number;
}

/** Probes for k+1 … k+drawMax−1 accounts; whatever none of them shows needs the largest draw. */
export const probesIn = (stores: readonly StoreUnit[], k: number, drawMax: number): readonly Probe[] =>
  stores.slice(0, drawMax - 1).map((store, i) => ({ store, count: k + 1 + i }));

/** The same accounts go from store to store: as many as the largest probe needs. */
export const probing = (
  day: StandDay,
  pool: string,
  probes: readonly Probe[],
  planting: Planting,
): readonly Counted[] =>
  probes.flatMap(({ store, count }) =>
    Array.from({ length: count }, (_, i) => planting.visit(day, `${pool} ${i}`, store, hourOf(day.epoch))),
  );

/** The draw that the probes show. */
export const drawSeen = (
  day: StandDay,
  probes: readonly Probe[],
  seen: ReadonlySet<string>,
  { k, drawMax }: { readonly k: number; readonly drawMax: number },
): number => {
  const shown = probes.filter(({ store }) => seen.has(slot(store.id, hourOf(day.epoch))));
  return shown.length === 0 ? drawMax : Math.min(...shown.map(({ count }) => count)) - k;
};
