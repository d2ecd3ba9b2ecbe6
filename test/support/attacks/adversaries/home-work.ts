/**
 * Home and work: somebody reads from the stream where people sleep and where they spend their days.
 *
 * Knows: the whole sanitized stream. Does: takes the cell that a trace shows most at night for the home of its owner; in
 * chains of relinked traces, also the cell most seen by day for the place of work. Source: Golle and Partridge, "On the
 * anonymity of home/work location pairs" (2009). Control: cells as fine at night as by day, pseudonyms that never change.
 */
import { cellToChildren } from 'h3-js';
import type { CellId } from '../../../../src/model/place.ts';
import { cellId, resolutionOf } from '../../../../src/model/place.ts';
import type { EventTime } from '../../../../src/model/time.ts';
import { DAY_MS, HOUR_MS } from '../../../../src/model/time.ts';
import { STORE_RESOLUTION } from '../../../../src/place/units.ts';
import type { Adversary } from '../score.ts';
import type { Seen } from './relinking-traces.ts';

export const HOME_WORK: Adversary = {
  name: 'home-work',
  title: 'Home and work',
  explanation:
    'Somebody takes the cell that a trace shows most at night for its owner’s home, and, after relinking, the cell it shows most by day for the place of work; the cells are H3 r9, some 200 m across. The numbers are the share of people seen at night whose home cell is found, and the share of all people of whom a home cell and a work cell are found in one chain. By design a cell near a store is fine at night too, since somebody asks for shops there: homes in such cells are found. The weakened system has fine cells at night everywhere and pseudonyms that never change.',
};

const TOKYO_MS = 9 * HOUR_MS;
const hourOf = (at: EventTime): number => Math.floor(((at + TOKYO_MS) % DAY_MS) / HOUR_MS);

/** When nearly everybody sleeps. */
const isDeepNight = (at: EventTime): boolean => hourOf(at) >= 1 && hourOf(at) < 5;
const isWorkTime = (at: EventTime): boolean => {
  const hour = hourOf(at);
  return (hour >= 10 && hour < 12) || (hour >= 14 && hour < 17);
};

const mostSeen = (seen: readonly Seen[]): CellId | null => {
  const counts = new Map<CellId, number>();
  for (const { cell } of seen) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  let best: CellId | null = null;
  for (const [cell, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = cell;
  return best;
};

/** A fine cell in the one that was shown: itself, or one of its children, whichever, as nothing says which. */
const fineIn = (cell: CellId | null): CellId | null => {
  if (cell === null || resolutionOf(cell) >= STORE_RESOLUTION) return cell;
  const children = cellToChildren(cell, STORE_RESOLUTION);
  return cellId(children[Math.floor(children.length / 2)] ?? cell);
};

/** Where the owner of these sleeps; null when nothing is shown at night. */
export const homeOf = (seen: readonly Seen[]): CellId | null =>
  fineIn(mostSeen(seen.filter(({ at }) => isDeepNight(at))));

/** Where the owner of these works; null when nothing is shown by day beside the home. */
export const workOf = (seen: readonly Seen[], home: CellId | null): CellId | null =>
  fineIn(mostSeen(seen.filter(({ at, cell }) => isWorkTime(at) && cell !== home)));
