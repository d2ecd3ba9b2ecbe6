/** The detector's one set of parameters; which of them act on a store follows from its footprint and the device's noise. */
import { MINUTE_MS } from '../model/time.ts';

export const DETECTOR = {
  /** Android reports the 68 % radius of a two-dimensional error: 1.5 standard deviations. */
  accuracyPerSigma: 1.5,
  /** Standard deviation of a fix that tells no accuracy, metres. */
  defaultSigmaM: 10,
  /** No fix is trusted beyond this, metres. */
  leastSigmaM: 3,
  /** Share by which the running median of a device's noise moves with every fix. */
  sigmaStep: 0.05,
  /** Standard normal quantile of 0.70: a fix enters a fence this many sigmas inside, and is out this many outside. */
  marginSigmas: 0.5244,

  /** A store is judged by its fence when its inradius is at least this, metres, … */
  fenceInradiusM: 50,
  /** … and at least this many sigmas of the device; else by stays. */
  fenceSigmas: 3,
  /** This far outside its fence a device has left at once, metres (or sigmas, where that is more). */
  leaveAtOnceM: 50,
  leaveAtOnceSigmas: 2,
  /** Nearer, it has left after this many fixes outside and this long. */
  leaveFixes: 2,
  leaveAfterMs: MINUTE_MS,
  /** A visit that mostly had to be inferred needs one fix this many sigmas inside (0.90). */
  inferSigmas: 1.2816,
  /** A device stands still when it stays this near one point, metres (or sigmas, where that is more), for this long. */
  stillM: 30,
  stillSigmas: 2,
  stillMs: MINUTE_MS,
  /** Walking in or out takes off at most this much of a visit, however wide the fence. */
  walkMaxMs: 2 * MINUTE_MS,

  /** A fence this much narrower than the present one is more specific and takes over. */
  specificShare: 0.8,

  /** How far from its centre a stay roams, metres, besides the margin of each fix; and where small stores are near. */
  roamM: 100,
  denseRoamM: 20,
  /** Small stores this near make a place dense, metres. */
  denseWithinM: 100,
  /** How far outside a polygon or circle a stay's centre may be and still belong to it, metres. */
  polygonSnapM: 4,
  circleSnapM: 0,

  /** Between fixes no farther apart than this, crossing a border is put half way. */
  midpointMs: 2 * MINUTE_MS,
  /** Gaps inside a stay up to this are observed time, longer ones inferred. */
  observedGapMs: 15 * MINUTE_MS,
  /** Leaving and coming back within this is one visit. */
  mergeMs: 2 * MINUTE_MS,
  /** So long after a stay at a store it shows whether the device is still there. */
  settleMs: 5 * MINUTE_MS,
  /** Faster than this beyond both accuracies is a jump, metres per second. */
  jumpMps: 70,

  /** Fixes in a device's reorder buffer. */
  bufferLimit: 1_000,
  /** Cells of held and of emitted footfall per device and epoch. */
  heldCells: 32,
  emittedCells: 256,
  /** Fixes emitted per footfall cell and daypart. */
  outsidePerCell: 2,
} as const;

/** Ways to travel: on foot, in town, beyond; the time to set off and the speed in metres per second. */
export const TRAVEL = [
  { setOffMs: 0, mps: 1.4 },
  { setOffMs: 60_000, mps: 5 },
  { setOffMs: 400_000, mps: 15 },
] as const;
