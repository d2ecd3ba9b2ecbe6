/** When the windows of an epoch close: their end plus the grace of their kind, in the order in which they are released. */
import type { SaltName } from '../model/identity.ts';
import type { Epoch, EventTime, WallTime, Window, WindowKind } from '../model/time.ts';
import { HOUR_MS, WINDOW_KINDS, eventTime, wallTime } from '../model/time.ts';
import type { Calendar } from './calendar.ts';
import { NEARBY_EPOCH_MS } from './calendar.ts';

export interface Grace {
  readonly graceShortMs: number;
  readonly graceDayMs: number;
}

export interface Closing {
  readonly kind: WindowKind;
  readonly window: Window;
  readonly closesAt: EventTime;
}

/** When a window of a kind closes. */
export const closesAt = (kind: WindowKind, window: Window, grace: Grace): EventTime =>
  eventTime(window.end + (kind === 'day' ? grace.graceDayMs : grace.graceShortMs));

/** Every closing of an epoch; at one moment finer windows go first, since what they withhold moves on. */
export const closingsOf = (calendar: Calendar, epoch: Epoch, grace: Grace): readonly Closing[] =>
  WINDOW_KINDS.flatMap((kind) =>
    calendar
      .windowsOf(kind, epoch)
      .map((window) => ({ kind, window, closesAt: closesAt(kind, window, grace) })),
  ).sort(
    (a, b) =>
      a.closesAt - b.closesAt ||
      WINDOW_KINDS.indexOf(a.kind) - WINDOW_KINDS.indexOf(b.kind) ||
      a.window.start - b.window.start,
  );

/** When the last window of an epoch closes; after it nothing of the epoch may be kept. */
export const epochDoneAt = (epoch: Epoch, grace: Grace): EventTime => eventTime(epoch.end + grace.graceDayMs);

export interface SaltLife {
  readonly calendar: Calendar;
  readonly grace: Grace;
  readonly latenessMs: number;
}

/** When an epoch's salt must be gone: a day's after its last release, an hour's after its last late event. */
export const saltDeath = (
  { audience, epoch }: SaltName,
  { calendar, grace, latenessMs }: SaltLife,
): EventTime =>
  audience === 'nearby'
    ? eventTime(epoch + NEARBY_EPOCH_MS + latenessMs)
    : epochDoneAt(calendar.epochOf(epoch), grace);

/** By wall time no salt outlives its epoch by more than this, whatever was not released yet. */
const SALT_OUTLIVES_MS = 36 * HOUR_MS;

/**
 * When a salt is destroyed by wall time, even if event time stands still: 36 h after its epoch, or after it was made
 * where the epoch was over by then (a replay, a backfill).
 *
 * @guarantee G-07
 */
export const saltDeadline = (
  { audience, epoch }: SaltName,
  { bornAt, calendar }: { readonly bornAt: WallTime; readonly calendar: Calendar },
): WallTime => {
  const end = audience === 'nearby' ? epoch + NEARBY_EPOCH_MS : calendar.epochOf(epoch).end;
  return wallTime(Math.max(end, bornAt) + SALT_OUTLIVES_MS);
};
