/** A person's day from 04:00 to 04:00: work, lunch, errands and the shops between them, by the clock and by habit. */
import { Itinerary } from './itinerary.ts';
import type { Person } from './people.ts';
import type { Places } from './places.ts';
import type { Random } from './random.ts';
import { clamp } from './random.ts';

/** What a day is, for everyone. */
export interface DayFrame {
  /** 0 for the first day of the city. */
  readonly index: number;
  /** 04:00 of the day, epoch ms. */
  readonly start: number;
  readonly end: number;
  readonly weekend: boolean;
}

const MINUTE_MS = 60_000;
const DAY_START_MIN = 240;

/** Chances of shopping at an occasion, for a person of average appetite. */
const SHARE = {
  morningHome: 0.24,
  morningHub: 0.2,
  morningWork: 0.4,
  lunch: 0.58,
  afternoon: 0.18,
  eveningWork: 0.3,
  eveningHub: 0.32,
  eveningHome: 0.42,
  lateEvening: 0.09,
  night: 0.012,
  errand: 0.85,
  clinic: 0.02,
  workOnWeekend: 0.2,
} as const;

interface Day {
  readonly person: Person;
  readonly places: Places;
  readonly random: Random;
  readonly trip: Itinerary;
  readonly frame: DayFrame;
}

/** Epoch ms of a minute after midnight of the day. */
const at = (frame: DayFrame, minute: number): number => frame.start + (minute - DAY_START_MIN) * MINUTE_MS;

const wants = ({ person, random }: Day, share: number): boolean =>
  random.chance(Math.min(share * person.appetite, 0.95));

const goToWork = (day: Day, work: Person['home']): void => {
  const { person, trip, random, frame } = day;
  trip.stayUntil(at(frame, person.leaveHomeMin + 8 * random.normal()));
  if (wants(day, SHARE.morningHome)) trip.shop(person.nearHome);
  else if (person.nearHub !== null && wants(day, SHARE.morningHub)) trip.shop(person.nearHub);
  trip.travelTo(person.workHub, person.homeHub, person.workHub);
  if (wants(day, SHARE.morningWork)) trip.shop(person.nearWork);
  trip.walkTo(work);
};

const stayAtWork = (day: Day, work: Person['home']): void => {
  const { person, trip, random, frame } = day;
  trip.stayUntil(at(frame, 735 + 22 * random.normal()));
  if (person.nearWork !== null && wants(day, SHARE.lunch)) trip.shop(person.nearWork);
  trip.walkTo(work);
  trip.stayUntil(at(frame, random.between(870, 990)));
  if (person.nearWork !== null && wants(day, SHARE.afternoon)) trip.shop(person.nearWork);
  trip.walkTo(work);
  trip.stayUntil(at(frame, person.leaveWorkMin + 15 * random.normal()));
};

const goHome = (day: Day): void => {
  const { person, trip } = day;
  if (wants(day, SHARE.eveningWork)) trip.shop(person.nearWork);
  trip.travelTo(person.homeHub, person.workHub, person.homeHub);
  if (person.nearHub !== null && wants(day, SHARE.eveningHub)) trip.shop(person.nearHub);
  else if (wants(day, SHARE.eveningHome)) trip.shop(person.nearHome);
  trip.walkTo(person.home);
};

const lateErrand = (day: Day): void => {
  const { person, trip, random, frame } = day;
  const late = wants(day, SHARE.lateEvening);
  if (!late && !wants(day, SHARE.night)) return;
  const minute = late ? clamp(1_320 + 60 * random.normal(), 1_230, 1_540) : random.between(1_470, 1_650);
  trip.stayUntil(at(frame, minute));
  trip.shop(person.nearHome);
  trip.walkTo(person.home);
};

const workDay = (day: Day, work: Person['home']): void => {
  goToWork(day, work);
  stayAtWork(day, work);
  goHome(day);
  lateErrand(day);
};

/** Minutes after midnight at which people go out on free days, and how much these times vary. */
const OUTINGS: readonly (readonly [number, number])[] = [
  [505, 45],
  [640, 60],
  [740, 35],
  [1_045, 80],
  [1_180, 60],
];

const clinicVisit = (day: Day): void => {
  const { places, random, trip } = day;
  const shop = places.sensitive[random.below(places.sensitive.length)];
  if (shop !== undefined) trip.visit(shop, random.between(20, 70));
};

/** Goes out and back once: to the shops near home, or to the hub for longer. */
const outing = (day: Day): void => {
  const { person, random, trip } = day;
  if (random.chance(SHARE.clinic)) clinicVisit(day);
  if (random.chance(0.7) || person.nearHub === null) {
    if (wants(day, SHARE.errand)) trip.shop(person.nearHome);
  } else {
    trip.travelTo(person.homeHub, person.homeHub, person.homeHub);
    trip.stayFor(random.between(20, 150));
    if (wants(day, SHARE.errand)) trip.shop(person.nearHub);
  }
  trip.walkTo(person.home);
};

const freeDay = (day: Day): void => {
  const { random, trip, frame } = day;
  const count = 1 + random.below(3);
  const minutes = Array.from({ length: count }, () => {
    const [mean, sigma] = OUTINGS[random.below(OUTINGS.length)] ?? [740, 60];
    return clamp(mean + sigma * random.normal(), 380, 1_380);
  }).sort((a, b) => a - b);
  for (const minute of minutes) {
    trip.stayUntil(at(frame, minute));
    outing(day);
  }
  lateErrand(day);
};

/** Plans one day; it ends at home, at the end of the frame or a little later. */
export const planDay = (person: Person, places: Places, frame: DayFrame, random: Random): Itinerary => {
  const trip = new Itinerary(frame.start, person.home, random, person.walkMps);
  const day: Day = { person, places, random, trip, frame };
  const works = person.work !== null && (!frame.weekend || random.chance(SHARE.workOnWeekend));
  if (works && person.work !== null) workDay(day, person.work);
  else freeDay(day);
  trip.stayUntil(frame.end);
  return trip;
};
