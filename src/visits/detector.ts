/** The visit detector: a fold over one device's fixes in one statistics epoch, from movement to visits and footfall. */
import type { Fold, Transition } from '../flow/station.ts';
import type { DropReason } from '../model/reasons.ts';
import type { NearFix } from '../model/sanitized.ts';
import { eventTime } from '../model/time.ts';
import type { Movement } from '../model/visit.ts';
import type { DetectorState, Run, VisitsEnv, Waiting } from './detector-state.ts';
import { expireFence, returnBy, stepFence } from './fences.ts';
import { isJump, learnNoise } from './noise.ts';
import { emitHeld, holdOutside } from './outside.ts';
import { DETECTOR } from './parameters.ts';
import { accept, countUpTo, nextDue, readyCount, takeFirst } from './reorder.ts';
import { expireStay, stepStay } from './stays.ts';
import { publishLeft, settleStayed } from './timeline.ts';

const NEVER = Number.POSITIVE_INFINITY;
const NO_MOVEMENT: readonly Movement[] = [];
const NO_DROP: readonly DropReason[] = [];

/**
 * Key: one device in one statistics epoch. All it does follows from event time: fixes are put in order first, and
 * timers fire between them at their own event time, however the watermark came to pass them.
 */
export const visitsFold: Fold<DetectorState, NearFix, Movement, VisitsEnv> = {
  name: 'visits',
  empty: () => ({
    who: null,
    newest: -NEVER,
    done: -NEVER,
    waiting: [],
    behind: 0,
    last: null,
    jumped: false,
    sigmaM: DETECTOR.defaultSigmaM,
    fence: null,
    left: null,
    stay: null,
    stayed: null,
    lastEnd: -NEVER,
    held: [],
    emitted: new Map(),
    closed: false,
  }),
  onEvent: (state, fix, now, env) => {
    state.who = fix.who;
    const arrival = { now, latenessMs: env.policy.latenessMs, end: env.endOfEpoch(fix.who.epoch) };
    const refused = accept(state, fix, arrival);
    return advance(state, now, env, refused === null ? NO_DROP : [refused]);
  },
  onWatermark: (state, now, env) => advance(state, now, env, NO_DROP),
  wakesAt: (state, env) => {
    if (state.who === null) return null;
    const end = env.endOfEpoch(state.who.epoch);
    const due = nextDue(state);
    if (state.closed) return due < NEVER ? eventTime(due) : null;
    // Fixes that came after the end of their epoch: all timers before it have fired.
    if (due > end && due < NEVER) return eventTime(due);
    return eventTime(Math.min(due, nextTimer(state, env), end));
  },
};

const advance = (
  state: DetectorState,
  now: number,
  env: VisitsEnv,
  dropped: readonly DropReason[],
): Transition<DetectorState, Movement> => {
  const run: Run = { state, env, found: [] };
  take(run, readyCount(state, now, env.policy.latenessMs));
  const end = state.who === null ? NEVER : env.endOfEpoch(state.who.epoch);
  fireUpTo(run, Math.min(now, end));
  // The state stays until its epoch's salt dies: what it took in before must not be taken in again.
  if (now >= end && state.waiting.length === 0) {
    closeAll(run, end);
    state.closed = true;
  }
  return { state, emit: run.found.length > 0 ? run.found : NO_MOVEMENT, dropped };
};

/** Takes fixes from the head of the buffer, and fires the timers between them. */
const take = (run: Run, count: number): void => {
  for (let i = 0; i < count; i += 1) {
    const fix = takeFirst(run.state);
    if (fix === null) return;
    while (nextTimer(run.state, run.env) < fix.at) fire(run);
    step(run, fix);
  }
};

/** Fires the timers up to a moment; fixes that happened before a timer go first. */
const fireUpTo = (run: Run, moment: number): void => {
  for (let timer = nextTimer(run.state, run.env); timer <= moment && timer < NEVER;) {
    const earlier = countUpTo(run.state, timer);
    if (earlier > 0) take(run, earlier);
    else fire(run);
    timer = nextTimer(run.state, run.env);
  }
};

const nextTimer = ({ left, fence, stay, stayed }: DetectorState, env: VisitsEnv): number => {
  const { bridgeMs } = env.policy.visits;
  let timer = NEVER;
  if (left !== null) timer = returnBy(left);
  if (fence !== null) timer = Math.min(timer, fence.lastIn + bridgeMs);
  if (stay !== null) timer = Math.min(timer, stay.lastIn + bridgeMs);
  if (stayed !== null) timer = Math.min(timer, stayed.settleAt);
  return timer;
};

/** Fires the earliest timer, at its own event time. */
const fire = (run: Run): void => {
  const { state, env } = run;
  const timer = nextTimer(state, env);
  const { bridgeMs } = env.policy.visits;
  if (state.left !== null && returnBy(state.left) <= timer) publishLeft(run, timer);
  else if (state.stayed !== null && state.stayed.settleAt <= timer) settleStayed(run, timer);
  else if (state.fence !== null && state.fence.lastIn + bridgeMs <= timer) expireFence(run, timer);
  else expireStay(run, timer);
  emitHeld(run, timer);
};

/** Takes one fix in order. */
const step = (run: Run, fix: Waiting): void => {
  const { state } = run;
  learnNoise(state, fix.sigmaM);
  if (state.last !== null && !state.jumped && isJump(state.last, fix)) {
    state.jumped = true;
    return;
  }
  state.jumped = false;
  stepFence(run, fix);
  stepStay(run, fix);
  if (run.env.footfall !== null) {
    if (state.stay?.sure !== true) holdOutside(run, fix);
    emitHeld(run, fix.at);
  }
  state.last = fix;
};

/** The epoch's edge: what is open ends at its last fix inside, and no position is kept (G-06, G-08). */
const closeAll = (run: Run, end: number): void => {
  expireFence(run, end);
  publishLeft(run, end);
  expireStay(run, end);
  emitHeld(run, end);
  run.state.last = null;
};
