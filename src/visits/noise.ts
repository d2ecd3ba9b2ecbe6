/** How uncertain a fix is, how uncertain its device usually is, and which jumps cannot be movement. */
import { distanceM } from '../place/geometry.ts';
import type { DetectorState, Waiting } from './detector-state.ts';
import { DETECTOR } from './parameters.ts';

/** Standard deviation in metres from a reported 68 % radius; a radius that is absent, zero, negative or no number tells nothing. */
export const sigmaOf = (accuracyM: number | null): number =>
  accuracyM !== null && accuracyM > 0
    ? Math.max(DETECTOR.leastSigmaM, accuracyM / DETECTOR.accuracyPerSigma)
    : DETECTOR.defaultSigmaM;

/** Moves the running median (stochastic approximation, a fixed share up or down) towards a fix's sigma. */
export const learnNoise = (state: DetectorState, sigmaM: number): void => {
  if (sigmaM > state.sigmaM) state.sigmaM = Math.min(sigmaM, state.sigmaM * (1 + DETECTOR.sigmaStep));
  else if (sigmaM < state.sigmaM) state.sigmaM = Math.max(sigmaM, state.sigmaM * (1 - DETECTOR.sigmaStep));
};

/** True when nobody moves so fast, allowing for both fixes' accuracy. */
export const isJump = (from: Waiting, to: Waiting): boolean => {
  const reachM = (DETECTOR.jumpMps * (to.at - from.at)) / 1_000;
  const errorM = (from.sigmaM + to.sigmaM) * DETECTOR.accuracyPerSigma;
  return distanceM(from.position, to.position) > reachM + errorM;
};
