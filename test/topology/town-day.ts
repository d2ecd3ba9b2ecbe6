/** A day in the test town: forty members and some devices without one go about between five stores, the same way each time. */
import type { RawFix } from '../../src/model/raw.ts';
import { MINUTE_MS, eventTime } from '../../src/model/time.ts';
import type { PersonOfTest } from '../support/builders.ts';
import { TOWN, aFix, clock, inOrder, moved, people } from '../support/builders.ts';
import { seeded } from '../support/seeded.ts';

/** The last five are devices that nobody is logged in on. */
export const PEOPLE: readonly PersonOfTest[] = [
  ...people(40),
  ...Array.from({ length: 5 }, (_, i) => ({ member: null, device: `lone-${String(i)}` })),
];

/** One person's trips: to a store, a stay, perhaps straight on to the next, then some fixes on the way. */
const tripsOf = (person: PersonOfTest, next: () => number, day: number): RawFix[] => {
  const fixes: RawFix[] = [];
  // Most people come at lunch time, so that hours are released.
  let at: number = clock(next() < 0.7 ? '11:50' : '17:10', day) + Math.floor(next() * 25) * MINUTE_MS;
  for (let trip = 0; trip < 3; trip++) {
    const store = TOWN[Math.floor(next() * (trip === 0 ? 2 : 4))];
    if (store === undefined) continue;
    const minutes = next() < 0.5 ? 6 : 14 + Math.floor(next() * 30);
    for (let minute = 0; minute <= minutes; minute += 2) {
      const position = moved(store.position, (next() - 0.5) * 20, (next() - 0.5) * 20);
      fixes.push(aFix({ ...person, position, at: eventTime(at + minute * MINUTE_MS) }));
    }
    at += (minutes + 1) * MINUTE_MS;
    for (let step = 1; step <= 3; step++) {
      const position = moved(store.position, 250 * step, 120);
      fixes.push(aFix({ ...person, position, at: eventTime(at + step * 2 * MINUTE_MS) }));
    }
    at += (10 + Math.floor(next() * 12)) * MINUTE_MS;
  }
  return fixes;
};

/** All fixes of the day in order of time; no two of one device at one moment. */
export const aTownDay = (day = 0, persons: readonly PersonOfTest[] = PEOPLE): RawFix[] => {
  const next = seeded(2024 + day);
  return inOrder(persons.flatMap((person) => tripsOf(person, next, day)));
};
