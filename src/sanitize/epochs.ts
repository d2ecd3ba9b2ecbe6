/** Finds the pseudonym key of an event's epoch, and clears the memos of epochs that have closed. */
import type { SaltName } from '../model/identity.ts';
import type { EpochStart, EventTime } from '../model/time.ts';
import type { Calendar } from '../time/calendar.ts';
import { nearbyEpochAt } from '../time/calendar.ts';
import type { SanitizeEnv } from './env.ts';

/** An epoch whose salt is alive, with its pseudonym key. */
export interface OpenEpoch {
  readonly epoch: EpochStart;
  readonly key: Buffer;
}

/**
 * The salts the doors may ask for when an event of this time passes; they must be fetched before. Ask only for times
 * that `implausibleTime` accepts.
 */
export const saltsAt = (at: EventTime, calendar: Calendar): readonly SaltName[] => [
  { audience: 'statistics', epoch: calendar.epochAt(at).start },
  { audience: 'nearby', epoch: nearbyEpochAt(at) },
];

/** Null when the event's statistics epoch is closed (G-07). */
export const statisticsKey = (at: EventTime, env: SanitizeEnv): OpenEpoch | null =>
  openEpoch({ audience: 'statistics', epoch: env.calendar.epochAt(at).start }, env);

/** Null when the event's nearby epoch is closed (G-07). */
export const nearbyKey = (at: EventTime, env: SanitizeEnv): OpenEpoch | null =>
  openEpoch({ audience: 'nearby', epoch: nearbyEpochAt(at) }, env);

const openEpoch = (name: SaltName, env: SanitizeEnv): OpenEpoch | null => {
  const key = env.keyOf(name, 'pseudonym');
  if (key !== null) return { epoch: name.epoch, key };
  env.pseudonyms.forget([name]);
  return null;
};
