/** Mode B: where a device roams around one running centre; the centre is attributed to a store when the stay is over. */
import { distanceM, lngDelta, signedDistanceM } from '../place/geometry.ts';
import type { NearStore } from '../place/store-index.ts';
import { hasFence } from './attribution.ts';
import { arrivalAt, departureAt, extend } from './departure.ts';
import type { Exit, Run, Stay, Waiting } from './detector-state.ts';
import { dropHeld } from './outside.ts';
import { DETECTOR } from './parameters.ts';
import { endStay, publishStayed, settleStayed } from './timeline.ts';

/** Takes one fix, in event-time order. */
export const stepStay = (run: Run, fix: Waiting): void => {
  const { state } = run;
  const { stay } = state;
  if (stay === null) {
    state.stay = begin(run, fix, arrivalAt(state.last, fix));
    return;
  }
  const metres = distanceM(stay, fix.position);
  if (metres <= roamFor(stay, fix)) join(run, stay, fix);
  else stepAway(run, stay, fix, metres);
};

/** How far from the centre a fix may lie, given its own noise. */
const roamFor = (stay: Stay, fix: Waiting): number => stay.roamM + DETECTOR.marginSigmas * fix.sigmaM;

/** Farther than this a single fix means departure. */
const awayFor = (stay: Stay, fix: Waiting): number => Math.max(2 * stay.roamM, fix.sigmaM);

const begin = (run: Run, fix: Waiting, start: number): Stay => ({
  start,
  firstAt: fix.at,
  lastIn: fix.at,
  fixes: 1,
  observedMs: fix.at - start,
  lat: fix.position.lat,
  lng: fix.position.lng,
  weight: 1 / (fix.sigmaM * fix.sigmaM),
  roamM: roamAt(run.env.stores.near(fix.cell), fix, run.state.sigmaM),
  cell: fix.cell,
  exit: null,
  sure: false,
});

/** Among small stores a stay may not roam as far as elsewhere. */
const roamAt = (stores: readonly NearStore[], fix: Waiting, sigmaM: number): number => {
  const dense = stores.some(
    (near) => !hasFence(near, sigmaM) && signedDistanceM(near.store, fix.position) <= DETECTOR.denseWithinM,
  );
  return dense ? DETECTOR.denseRoamM : DETECTOR.roamM;
};

const join = (run: Run, stay: Stay, fix: Waiting): void => {
  const weight = 1 / (fix.sigmaM * fix.sigmaM);
  stay.weight += weight;
  const share = weight / stay.weight;
  stay.lat += (fix.position.lat - stay.lat) * share;
  stay.lng += lngDelta(stay.lng, fix.position.lng) * share;
  stay.cell = fix.cell;
  stay.exit = null;
  extend(stay, fix.at);
  if (!stay.sure && stay.lastIn - stay.start >= run.env.policy.visits.minDwellMs) {
    stay.sure = true;
    dropHeld(run.state, stay.firstAt, stay.lastIn);
  }
};

const stepAway = (run: Run, stay: Stay, fix: Waiting, metres: number): void => {
  const away = metres > awayFor(stay, fix);
  const exit: Exit = stay.exit ?? { fix, distanceM: metres, count: 0 };
  exit.count += 1;
  stay.exit = exit;
  const long = exit.count >= DETECTOR.leaveFixes && fix.at - exit.fix.at >= DETECTOR.leaveAfterMs;
  if (!away && !long) return;
  const end = departureAt(stay.lastIn, exit);
  close(run, stay, end, fix.at);
  const next = begin(run, exit.fix, Math.max(end, arrivalAt(null, exit.fix)));
  run.state.stay = next;
  const { stayed } = run.state;
  if (stayed !== null && stayed.settleAt <= fix.at) settleStayed(run, fix.at);
  if (exit.fix !== fix) stepStay(run, fix);
};

const close = (run: Run, stay: Stay, end: number, knownAt: number): void => {
  run.state.stay = null;
  endStay(run, stay, { end, knownAt });
  if (end - stay.start >= run.env.policy.visits.minDwellMs) dropHeld(run.state, stay.firstAt, stay.lastIn);
};

/** Closes a stay whose device has been silent for longer than the bridge. */
export const expireStay = (run: Run, knownAt: number): void => {
  const { stay } = run.state;
  if (stay === null) return;
  close(run, stay, stay.exit === null ? stay.lastIn : departureAt(stay.lastIn, stay.exit), knownAt);
  publishStayed(run, knownAt);
};
