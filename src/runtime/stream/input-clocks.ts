/** The event-time clocks of a task's inputs, and what they allow to be called past: nothing before the slowest that still flows. */
import { EARLIEST } from '../engine.ts';
import type { EventTime, WallTime } from '../../model/time.ts';
import { eventTime } from '../../model/time.ts';

interface InputClock {
  readonly topic: string;
  clock: EventTime;
  /** Nothing more was there when it was last looked at. */
  atEnd: boolean;
  /** Since when (wall time) nothing has come. */
  quietSince: WallTime;
  /** What wall time has done for it while it was idle. */
  idleClock: EventTime;
}

export interface InputClocksOptions {
  /** Inputs that carry events. */
  readonly topics: readonly string[];
  /** An input at its end for this long holds event time back no longer, milliseconds. */
  readonly idleAfterMs: number;
}

/**
 * An input is idle when nothing more is in it and `idleAfterMs` has gone by since. An idle input moves with wall time
 * less that wait, so that windows close when nothing comes any more; what it said is put on record as a move of the
 * watermark, so a replay sees the same. An input that is paused or behind holds event time back.
 */
export class InputClocks {
  readonly #inputs: readonly InputClock[];
  readonly #idleAfterMs: number;

  constructor({ topics, idleAfterMs }: InputClocksOptions) {
    this.#idleAfterMs = idleAfterMs;
    this.#inputs = topics.map((topic) => ({
      topic,
      clock: EARLIEST,
      atEnd: false,
      quietSince: Number.POSITIVE_INFINITY as WallTime,
      idleClock: EARLIEST,
    }));
  }

  /** Newest honest event time of an input. */
  clockOf(topic: string): EventTime {
    return this.#of(topic)?.clock ?? EARLIEST;
  }

  /** An honest event of an input was seen. */
  saw(topic: string, at: EventTime): void {
    const input = this.#of(topic);
    if (input !== undefined && at > input.clock) input.clock = at;
  }

  /** How the input stands after a batch, or at the start. */
  stands(topic: string, atEnd: boolean, now: WallTime): void {
    const input = this.#of(topic);
    if (input === undefined) return;
    input.atEnd = atEnd;
    input.quietSince = now;
  }

  /** Lets wall time move the idle inputs; true when one moved. */
  turn(now: WallTime): boolean {
    let moved = false;
    for (const input of this.#inputs) {
      if (!input.atEnd || now - input.quietSince < this.#idleAfterMs) continue;
      const idle = now - this.#idleAfterMs;
      moved ||= idle > input.idleClock && idle > input.clock;
      input.idleClock = eventTime(Math.max(input.idleClock, idle));
    }
    return moved;
  }

  /** The clock of the input that is furthest behind. */
  get slowest(): EventTime {
    let slowest = Number.POSITIVE_INFINITY;
    for (const { clock, idleClock } of this.#inputs) slowest = Math.min(slowest, Math.max(clock, idleClock));
    return eventTime(slowest);
  }

  record(): readonly { readonly topic: string; readonly clock: EventTime }[] {
    return this.#inputs.map(({ topic, clock }) => ({ topic, clock }));
  }

  restore(clocks: readonly { readonly topic: string; readonly clock: EventTime }[]): void {
    for (const { topic, clock } of clocks) this.saw(topic, clock);
  }

  #of(topic: string): InputClock | undefined {
    return this.#inputs.find((input) => input.topic === topic);
  }
}
