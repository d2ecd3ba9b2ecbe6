/** The two shapes of station: a stage looks at one event, a fold remembers per key. Both are pure and synchronous. */
import type { EventTime, Watermark } from '../model/time.ts';
import type { Outcome } from './outcome.ts';
import type { DropReason, UncountedReason } from '../model/reasons.ts';

/** One event in, one outcome out. */
export type Stage<I, O, Env> = (input: I, env: Env) => Outcome<O>;

/** What a fold does with one event or one move of the watermark. */
export interface Transition<S, O> {
  /** The new state; null forgets the key. */
  readonly state: S | null;
  readonly emit: readonly O[];
  /** Inputs that ended here, one reason each. */
  readonly dropped: readonly (DropReason | UncountedReason)[];
}

/** What a fold answers when it has nothing to say but its state. */
export const stay = <S>(state: S | null): Transition<S, never> => ({ state, emit: [], dropped: [] });

/**
 * A station with memory. `onEvent` and `onWatermark` may reuse and change the state they are given, and must be
 * used through their result only. `wakesAt` tells the watermark at which `onWatermark` next has something to do.
 */
export interface Fold<S, I, O, Env> {
  readonly name: string;
  readonly empty: (key: string) => S;
  readonly onEvent: (state: S, input: I, now: Watermark, env: Env) => Transition<S, O>;
  readonly onWatermark: (state: S, now: Watermark, env: Env) => Transition<S, O>;
  readonly wakesAt: (state: S, env: Env) => EventTime | null;
}
