/** A fold put in its place: bound to its environment and keyed, with its state type hidden from whoever runs it. */
import type { Pseudonym } from '../model/identity.ts';
import type { EpochStart, EventTime, Watermark } from '../model/time.ts';
import type { Fold, Transition } from './station.ts';

declare const opaque: unique symbol;

/** The state of some fold; only the node that made it can look inside. */
export interface Opaque {
  readonly [opaque]: never;
}

export interface Keying<I> {
  readonly keyOf: (input: I) => string;
  readonly epochOf: (input: I) => EpochStart;
  /** Null where the state is nobody's in particular. */
  readonly subjectOf: (input: I) => Pseudonym | null;
}

export interface Node<I, O> extends Keying<I> {
  readonly name: string;
  readonly empty: (key: string) => Opaque;
  readonly onEvent: (state: Opaque, input: I, now: Watermark) => Transition<Opaque, O>;
  readonly onWatermark: (state: Opaque, now: Watermark) => Transition<Opaque, O>;
  readonly wakesAt: (state: Opaque) => EventTime | null;
}

/** Binds a fold to its environment and its keys. */
export const bind = <S, I, O, Env>(fold: Fold<S, I, O, Env>, env: Env, keying: Keying<I>): Node<I, O> => {
  const hidden = fold as unknown as Fold<Opaque, I, O, Env>;
  return {
    ...keying,
    name: fold.name,
    empty: hidden.empty,
    onEvent: (state, input, now) => hidden.onEvent(state, input, now, env),
    onWatermark: (state, now) => hidden.onWatermark(state, now, env),
    wakesAt: (state) => hidden.wakesAt(state, env),
  };
};
