/** The small cities that the tests of the sample share. */
import { generateCity } from '../../../examples/city/city.ts';
import type { CityOptions, TrueVisit } from '../../../examples/city/city.ts';
import type { CityEvent } from '../../../examples/city/records.ts';
import { readStores } from '../../../examples/city/write.ts';

export const CITY_FOLDER = 'examples/city';
export const STORES = readStores(CITY_FOLDER);
export const WEDNESDAY = '2024-05-15';

export const optionsFor = (members: number, more: Partial<CityOptions> = {}): CityOptions => ({
  seed: 7,
  members,
  days: 1,
  startDate: WEDNESDAY,
  stores: STORES,
  ...more,
});

export interface LivedCity {
  readonly events: readonly CityEvent[];
  readonly visits: readonly TrueVisit[];
}

export const live = (options: CityOptions): LivedCity => {
  const visits: TrueVisit[] = [];
  const events = [...generateCity({ ...options, truth: (visit) => visits.push(visit) })];
  return { events, visits };
};

type RecordTopic = Extract<CityEvent, { readonly record: unknown }>['topic'];
export type RecordOf<T extends RecordTopic> = Extract<
  CityEvent,
  { readonly topic: T; readonly record: unknown }
>['record'];

/** The good records of one topic, in order of arrival. */
export const recordsOf = <T extends RecordTopic>(city: LivedCity, topic: T): readonly RecordOf<T>[] =>
  city.events.flatMap((event) =>
    event.topic === topic && 'record' in event ? [event.record as RecordOf<T>] : [],
  );

export const shareOf = <T>(list: readonly T[], holds: (item: T) => boolean): number =>
  list.filter(holds).length / list.length;

export const grouped = <T, K>(list: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};
