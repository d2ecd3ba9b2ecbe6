/**
 * Sensitive sites: somebody looks for visits to places that must not show, by what is there and by what is missing.
 *
 * Knows: where the sensitive places are, and the whole sanitized stream. Does: looks for records of people who are in one;
 * takes a trace that breaks off near one and goes on there later for a visit. Source: Bindschaedler and Shokri,
 * "Synthesizing plausible privacy-preserving location traces" (2016), on what gaps tell. Control: no shield.
 */
import { gridDisk, latLngToCell } from 'h3-js';
import type { TrueVisit } from '../../../../examples/city/city.ts';
import type { Store } from '../../../../src/model/place.ts';
import { MINUTE_MS } from '../../../../src/model/time.ts';
import { STORE_RESOLUTION } from '../../../../src/place/units.ts';
import type { Adversary } from '../score.ts';
import type { Trace } from './relinking-traces.ts';

export const SENSITIVE_SITES: Adversary = {
  name: 'sensitive-sites',
  title: 'Sensitive sites',
  explanation:
    'Somebody knows where the sensitive places are. Nothing may come out of people who are in one, neither a record of the stream nor a visit; the first numbers say of how many visits anything does. A trace that breaks off near a place and goes on there later is a hint, as silence is where everybody else is seen: the last number is how many of such gaps are visits, and its control is what one reads without a shield.',
};

/** The bucket of a record may begin so long before what it says. */
const BUCKET_MS = 5 * MINUTE_MS;

/** Records of a visitor that come wholly from inside a visit. */
export const during = (visit: TrueVisit, traces: readonly Trace[]): number =>
  traces.reduce(
    (sum, { seen }) =>
      sum + seen.filter(({ at }) => at >= visit.startMs && at + BUCKET_MS <= visit.endMs).length,
    0,
  );

/** The cells in and around a place. */
export const cellsAround = ({ position }: Store): ReadonlySet<string> =>
  new Set(gridDisk(latLngToCell(position.lat, position.lng, STORE_RESOLUTION), 1));

/** A silence of a trace near a place, long enough for a visit. */
export interface Gap {
  readonly trace: Trace;
  readonly store: Store;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Shorter silences are usual on the way. */
const LEAST_MS = 15 * MINUTE_MS;

/** A trace that is seen at least so often else is no sleeping terminal. */
const AWAKE = 4;

/** All silences near sensitive places, of traces that are otherwise seen often. */
export const gapsNear = (traces: readonly Trace[], sites: readonly Store[]): readonly Gap[] =>
  sites.flatMap((store) => {
    const near = cellsAround(store);
    return traces
      .filter(({ seen }) => seen.length >= AWAKE)
      .flatMap((trace) =>
        trace.seen.flatMap((one, i): readonly Gap[] => {
          const next = trace.seen[i + 1];
          if (next === undefined || !near.has(one.cell) || !near.has(next.cell)) return [];
          return next.at - one.at < LEAST_MS
            ? []
            : [{ trace, store, fromMs: one.at, toMs: next.at + BUCKET_MS }];
        }),
      );
  });
