/** The simulated city: seeded people around real stores, and everything their phones send, day by day, in order of arrival. */
import { Arrivals } from './arrivals.ts';
import { choicesOf } from './choices.ts';
import type { Choices } from './choices.ts';
import { planDay } from './day.ts';
import type { DayFrame } from './day.ts';
import { sendFaults } from './faults.ts';
import type { LatLng } from './ground.ts';
import type { Stop } from './itinerary.ts';
import { personOf } from './people.ts';
import type { Person } from './people.ts';
import { Phone } from './phone.ts';
import { layOut } from './places.ts';
import type { CityStore, Places } from './places.ts';
import { Random, STREAM } from './random.ts';
import type { CityEvent } from './records.ts';
import { sendBot, sendWeb } from './web.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TOKYO_MS = 9 * HOUR_MS;
/** Share of people who send nothing on a day. */
const ABSENT = 0.06;

/** A visit as it really was, whatever the phone reported of it. For tests and attacks; it is in no file. */
export interface TrueVisit {
  readonly subject: TrueSubject;
  readonly storeId: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Where in the store the person stood. */
  readonly at: LatLng;
  readonly sensitive: boolean;
}

/** Who somebody is to the streams: the member where known, else the first terminal. */
export interface TrueSubject {
  readonly id: string;
  readonly linked: boolean;
}

/** Where somebody really lives and works. For tests and attacks; it is in no file. */
export interface TruePerson {
  readonly subject: TrueSubject;
  readonly deviceIds: readonly string[];
  readonly home: LatLng;
  readonly work: LatLng | null;
}

export interface CityOptions {
  /** A whole number; equal seeds give equal cities. */
  readonly seed: number;
  /** People, with and without an account (about one in ten is without). */
  readonly members: number;
  readonly days: number;
  /** YYYY-MM-DD; each day lasts from 04:00 to 04:00 in Asia/Tokyo, which has no summer time. */
  readonly startDate: string;
  readonly stores: readonly CityStore[];
  /** Told every visit of people whose terminals are on that day. */
  readonly truth?: (visit: TrueVisit) => void;
}

interface City {
  readonly seed: number;
  readonly places: Places;
  readonly people: readonly Person[];
  readonly truth: ((visit: TrueVisit) => void) | null;
}

const cityOf = (options: CityOptions): City => {
  const places = layOut(options.seed, options.stores);
  const people = Array.from({ length: options.members }, (_, i) => personOf(options.seed, places, i));
  return { seed: options.seed, places, people, truth: options.truth ?? null };
};

const startOf = (options: CityOptions): number => Date.parse(`${options.startDate}T04:00:00+09:00`);

const frameOf = (first: number, index: number): DayFrame => {
  const start = first + index * DAY_MS;
  const weekday = new Date(start + TOKYO_MS).getUTCDay();
  return { index, start, end: start + DAY_MS, weekend: weekday === 6 || weekday === 0 };
};

const subjectOf = (person: Person): TrueSubject => ({
  id: person.memberId ?? person.terminals[0].deviceId,
  linked: person.memberId !== null,
});

const placed = ({ ground }: Places, at: { readonly x: number; readonly y: number }): LatLng => ({
  lat: ground.latOf(at.y),
  lng: ground.lngOf(at.x),
});

const tell = (city: City, person: Person, stops: readonly Stop[]): void => {
  const { truth } = city;
  if (truth === null) return;
  for (const stop of stops) {
    truth({
      subject: subjectOf(person),
      storeId: stop.store.storeId,
      startMs: Math.round(stop.start),
      endMs: Math.round(stop.end),
      at: placed(city.places, stop.at),
      sensitive: stop.store.sensitive,
    });
  }
};

/** One person's day into the arrivals. Every person, day and purpose has chance of its own. */
const live = (city: City, person: Person, frame: DayFrame, arrivals: Arrivals): void => {
  const chance = (stream: number, more = 0): Random =>
    new Random(city.seed, stream, person.index, frame.index, more);
  const planning = chance(STREAM.plan);
  if (planning.chance(ABSENT)) return;
  const { legs, stops } = planDay(person, city.places, frame, planning);
  tell(city, person, stops);
  const atHome = [
    { motion: 'still', start: frame.start, end: frame.end, from: person.home, to: person.home },
  ] as const;
  person.terminals.forEach((terminal, i) => {
    const sender = { deviceId: terminal.deviceId, memberId: person.memberId };
    const day = { terminal, sender, frame, legs: terminal.carried ? legs : atHome };
    new Phone(day, city.places.ground, chance(STREAM.phone, i)).report(arrivals);
  });
  sendWeb({ person, stops, frame, places: city.places }, chance(STREAM.web), arrivals);
};

const inFrame = (frame: DayFrame, atMs: number): boolean => atMs >= frame.start && atMs < frame.end;

const choose = (choices: readonly Choices[], frame: DayFrame, arrivals: Arrivals): void => {
  for (const { changes, erasures } of choices) {
    for (const record of changes) {
      if (!inFrame(frame, record.atMs)) continue;
      arrivals.add({ topic: 'privacy.consent', arrivalMs: record.atMs, record });
    }
    for (const record of erasures) {
      if (!inFrame(frame, record.atMs)) continue;
      arrivals.add({ topic: 'privacy.erasure', arrivalMs: record.atMs, record });
    }
  }
};

function* earlier(choices: readonly Choices[]): Iterable<CityEvent> {
  const records = choices.flatMap(({ before }) => before).sort((a, b) => a.atMs - b.atMs);
  for (const record of records) yield { topic: 'privacy.consent', arrivalMs: record.atMs, record };
}

/**
 * Everything the city sends, in order of arrival: first the consents of the time before, then day by day. Holds the
 * people and one day's events, whatever the number of days.
 */
export function* generateCity(options: CityOptions): Generator<CityEvent, void, undefined> {
  const city = cityOf(options);
  const first = startOf(options);
  const span = { start: first, days: options.days };
  const choices = city.people.map((person) => choicesOf(city.seed, person, span));
  yield* earlier(choices);
  let overdue: CityEvent[] = [];
  for (let index = 0; index < options.days; index++) {
    const frame = frameOf(first, index);
    const arrivals = new Arrivals(frame.start);
    for (const event of overdue) arrivals.add(event);
    overdue = [];
    for (const person of city.people) live(city, person, frame, arrivals);
    choose(choices, frame, arrivals);
    const random = new Random(city.seed, STREAM.fault, index);
    sendBot(frame, city.places, random, arrivals);
    sendFaults(city.people, city.places, { frame, random }, arrivals);
    for (const event of arrivals.inOrder()) {
      if (event.arrivalMs < frame.end) yield event;
      else overdue.push(event);
    }
  }
  yield* overdue;
}

/** Where the people of a city really live and work; equal options give the people of `generateCity`. */
export const truePeople = (options: CityOptions): readonly TruePerson[] => {
  const { places, people } = cityOf(options);
  return people.map((person) => ({
    subject: subjectOf(person),
    deviceIds: person.terminals.map(({ deviceId }) => deviceId),
    home: placed(places, person.home),
    work: person.work === null ? null : placed(places, person.work),
  }));
};
