/** Which city the attacks run against: the built-in one, a small one for development, or another of the same generator. */
import process from 'node:process';
import type { CityOptions } from '../../../examples/city/city.ts';
import { readStores } from '../../../examples/city/write.ts';

/** What a city follows from, beside the stores of examples/city. */
export type CityNumbers = Pick<CityOptions, 'seed' | 'members' | 'days' | 'startDate'>;

export interface CityChoice {
  /** `full`: the built-in city, with bounds and ratchet. `other`: bounds, no ratchet. `small`: neither. */
  readonly size: 'full' | 'other' | 'small';
  readonly options: CityOptions;
  /** The days whose sanitized locations are kept. */
  readonly locationDays: number;
}

/** `small`, or the numbers of a city as JSON; unset is the built-in city. */
export const CITY_VARIABLE = 'OBORO_ATTACK_CITY';

/** More than 5,000 members: about one person in ten has no account. A Wednesday. */
export const FULL_CITY: CityNumbers = {
  seed: 20_240_515,
  members: 6_000,
  days: 14,
  startDate: '2024-05-15',
};

const SMALL_CITY: CityNumbers = { seed: 7, members: 1_500, days: 2, startDate: '2024-05-15' };
/** As many people for each store as in the full city. */
const SMALL_STORES = 40;
const LOCATION_DAYS = 2;

const STORES_FOLDER = 'examples/city';

const isSame = (a: CityNumbers, b: CityNumbers): boolean =>
  a.seed === b.seed && a.members === b.members && a.days === b.days && a.startDate === b.startDate;

/** The whole options of a city of these numbers. */
export const cityOptions = (numbers: CityNumbers): CityOptions => ({
  ...numbers,
  stores: readStores(STORES_FOLDER),
});

/** The stores nearest to the middle of all. */
const middleStores = (options: CityOptions): CityOptions['stores'] => {
  const open = options.stores.filter(({ sensitive }) => !sensitive);
  const mean = (of: (store: (typeof open)[number]) => number): number =>
    open.reduce((sum, store) => sum + of(store), 0) / open.length;
  const [lat, lng] = [mean((store) => store.lat), mean((store) => store.lng)];
  const off = (store: (typeof open)[number]): number => (store.lat - lat) ** 2 + (store.lng - lng) ** 2;
  const near = [...open].sort((a, b) => off(a) - off(b)).slice(0, SMALL_STORES);
  return [...near, ...options.stores.filter(({ sensitive }) => sensitive)];
};

const smallOptions = (): CityOptions => {
  const options = cityOptions(SMALL_CITY);
  return { ...options, stores: middleStores(options) };
};

export const chosenCity = (variable = process.env[CITY_VARIABLE]): CityChoice => {
  if (variable === 'small') return { size: 'small', options: smallOptions(), locationDays: LOCATION_DAYS };
  const numbers =
    variable === undefined || variable === '' ? FULL_CITY : (JSON.parse(variable) as CityNumbers);
  const size = isSame(numbers, FULL_CITY) ? 'full' : 'other';
  return { size, options: cityOptions(numbers), locationDays: LOCATION_DAYS };
};
