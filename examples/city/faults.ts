/** Records that are wrong on purpose: no reader of real streams is spared them. */
import type { Arrivals } from './arrivals.ts';
import type { DayFrame } from './day.ts';
import type { Person } from './people.ts';
import type { Places } from './places.ts';
import type { Random } from './random.ts';
import type { Fault, LineEvent } from './records.ts';
import { given } from './records.ts';

const HOUR_MS = 3_600_000;

/** How many of each kind come in a day, in which file. */
const FAULTS: readonly (readonly [LineEvent['topic'], Fault, number])[] = [
  ['raw.gps', 'cut_short', 10],
  ['raw.gps', 'wrong_type', 8],
  ['raw.gps', 'swapped', 8],
  ['raw.gps', 'clock_1970', 6],
  ['raw.gps', 'missing_field', 4],
  ['raw.device', 'missing_field', 3],
  ['raw.access-log', 'cut_short', 3],
  ['web.log', 'not_a_log_line', 3],
];

type Loose = Readonly<Record<string, unknown>>;

const goodFix = (person: Person, places: Places, random: Random, atMs: number): Loose => {
  const store = places.shops[random.below(places.shops.length)]?.store;
  return {
    deviceId: person.terminals[0].deviceId,
    ...given('memberId', person.memberId),
    atMs,
    lat: store?.lat,
    lng: store?.lng,
    accuracyM: 12,
    origin: 'APP',
  };
};

const goodDevice = (person: Person, atMs: number): Loose => ({
  deviceId: person.terminals[0].deviceId,
  atMs,
  idType: person.terminals[0].idType,
  origin: 'APP',
});

const without = (record: Loose, key: string): Loose =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

const broken = (record: Loose, fault: Fault): string => {
  if (fault === 'wrong_type') return JSON.stringify({ ...record, lat: String(record['lat']) });
  if (fault === 'swapped') return JSON.stringify({ ...record, lat: record['lng'], lng: record['lat'] });
  if (fault === 'clock_1970') return JSON.stringify({ ...record, atMs: 86_400_000 });
  if (fault === 'missing_field') return JSON.stringify(without(record, 'deviceId'));
  if (fault === 'not_a_log_line') return 'kernel: eth0: link up';
  return JSON.stringify(record).slice(0, -20);
};

/** Sends a few dozen bad lines, spread over the day. */
export const sendFaults = (
  people: readonly Person[],
  places: Places,
  day: { readonly frame: DayFrame; readonly random: Random },
  arrivals: Arrivals,
): void => {
  const { frame, random } = day;
  for (const [topic, fault, count] of FAULTS) {
    for (let i = 0; i < count; i++) {
      const person = people[random.below(people.length)];
      const arrivalMs = Math.floor(frame.start + random.between(0.1, 23.9) * HOUR_MS);
      if (person === undefined) return;
      const good =
        topic === 'raw.device' ? goodDevice(person, arrivalMs) : goodFix(person, places, random, arrivalMs);
      arrivals.add({ topic, arrivalMs, line: broken(good, fault), fault });
    }
  }
};
