/** Runs one fold over its keys: keeps their states by epoch, wakes them by event time, hands on what they emit. */
import type { Node, Opaque } from '../flow/node.ts';
import type { Transition } from '../flow/station.ts';
import type { Audience, Pseudonym, SaltName } from '../model/identity.ts';
import type { DropReason, UncountedReason } from '../model/reasons.ts';
import type { EpochStart, Watermark } from '../model/time.ts';
import { Timers } from './timers.ts';

/** What a runner tells its task. */
export interface RunnerSink<O> {
  readonly emit: (output: O) => void;
  readonly dropped: (reason: DropReason | UncountedReason) => void;
}

interface Slot {
  readonly key: string;
  readonly epoch: EpochStart;
  readonly subject: Pseudonym | null;
  state: Opaque;
  /** Event time of the timer that is set for it; Infinity when none is. */
  wake: number;
  alive: boolean;
}

/** The states of one fold in one epoch, to be sealed under the state key of the salt named. */
export interface StatePart {
  readonly node: string;
  readonly salt: SaltName;
  readonly records: readonly SlotRecord[];
}

/** One key's state as a snapshot holds it. */
export interface SlotRecord {
  readonly key: string;
  readonly subject: Pseudonym | null;
  readonly state: Opaque;
}

export class FoldRunner<I, O> {
  readonly #node: Node<I, O>;
  readonly #sink: RunnerSink<O>;
  readonly #epochs = new Map<EpochStart, Map<string, Slot>>();
  readonly #timers = new Timers<Slot>();
  #last: { readonly epoch: EpochStart; readonly slots: Map<string, Slot> } | null = null;

  constructor(node: Node<I, O>, sink: RunnerSink<O>) {
    this.#node = node;
    this.#sink = sink;
  }

  get name(): string {
    return this.#node.name;
  }

  /** Number of keys that have state. */
  get keys(): number {
    let keys = 0;
    for (const slots of this.#epochs.values()) keys += slots.size;
    return keys;
  }

  push(input: I, now: Watermark): void {
    const node = this.#node;
    const epoch = node.epochOf(input);
    const key = node.keyOf(input);
    const slot = this.#slotsOf(epoch).get(key) ?? this.#open(key, epoch, node.subjectOf(input));
    this.#settle(slot, node.onEvent(slot.state, input, now));
  }

  /** Gives a key its empty state if it has none, so that it wakes even without input. */
  touch(key: string, epoch: EpochStart): void {
    const slots = this.#slotsOf(epoch);
    if (!slots.has(key)) this.#schedule(this.#open(key, epoch, null));
  }

  /** Wakes every key that has something to do at or before the watermark, in event-time order. */
  advance(now: Watermark): void {
    for (let timer = this.#timers.take(now); timer !== null; timer = this.#timers.take(now)) {
      const slot = timer.item;
      // An earlier timer was set after this one: that one counts.
      if (!slot.alive || timer.at !== slot.wake) continue;
      slot.wake = Number.POSITIVE_INFINITY;
      const due = this.#node.wakesAt(slot.state);
      if (due === null) continue;
      if (due > now) this.#schedule(slot);
      else this.#settle(slot, this.#node.onWatermark(slot.state, now), now);
    }
  }

  /** Forgets everything of an epoch. */
  dropEpoch(epoch: EpochStart): void {
    for (const slot of this.#epochs.get(epoch)?.values() ?? []) slot.alive = false;
    this.#epochs.delete(epoch);
    this.#last = null;
  }

  /** Forgets a subject's states in an epoch (G-03, G-04). */
  forgetSubject(epoch: EpochStart, subject: Pseudonym): void {
    const slots = this.#epochs.get(epoch);
    for (const slot of slots?.values() ?? []) {
      if (slot.subject !== subject) continue;
      slot.alive = false;
      slots?.delete(slot.key);
    }
  }

  /** Puts others in the place of a subject's states in an epoch. */
  changeSubject(epoch: EpochStart, subject: Pseudonym, change: (state: Opaque) => Opaque): void {
    for (const slot of this.#epochs.get(epoch)?.values() ?? []) {
      if (slot.subject === subject) slot.state = change(slot.state);
    }
  }

  /** Number of keys that are a subject's in an epoch. */
  keysOf(epoch: EpochStart, subject: Pseudonym): number {
    let keys = 0;
    for (const slot of this.#epochs.get(epoch)?.values() ?? []) if (slot.subject === subject) keys += 1;
    return keys;
  }

  epochs(): readonly EpochStart[] {
    return [...this.#epochs.keys()];
  }

  /** All states by epoch, to be written to a snapshot at once: they go on changing. */
  parts(audience: Audience): readonly StatePart[] {
    return [...this.#epochs].map(([epoch, slots]) => ({
      node: this.name,
      salt: { audience, epoch },
      records: [...slots.values()].map(({ key, subject, state }) => ({ key, subject, state })),
    }));
  }

  restore({ salt: { epoch }, records }: StatePart): void {
    const slots = this.#slotsOf(epoch);
    for (const { key, subject, state } of records) {
      const slot = { key, epoch, subject, state, wake: Number.POSITIVE_INFINITY, alive: true };
      slots.set(key, slot);
      this.#schedule(slot);
    }
  }

  /** Inputs come in runs of one epoch, and a Map hashes a large number slowly. */
  #slotsOf(epoch: EpochStart): Map<string, Slot> {
    if (this.#last !== null && this.#last.epoch === epoch) return this.#last.slots;
    let slots = this.#epochs.get(epoch);
    if (slots === undefined) {
      slots = new Map();
      this.#epochs.set(epoch, slots);
    }
    this.#last = { epoch, slots };
    return slots;
  }

  #open(key: string, epoch: EpochStart, subject: Pseudonym | null): Slot {
    const slot: Slot = {
      key,
      epoch,
      subject,
      state: this.#node.empty(key),
      wake: Number.POSITIVE_INFINITY,
      alive: true,
    };
    this.#slotsOf(epoch).set(key, slot);
    return slot;
  }

  /** `woken` is the watermark of an advance: a key that is still due at it must not be woken again by the same one. */
  #settle(slot: Slot, { state, emit, dropped }: Transition<Opaque, O>, woken?: Watermark): void {
    if (state === null) {
      slot.alive = false;
      this.#epochs.get(slot.epoch)?.delete(slot.key);
    } else {
      slot.state = state;
      this.#schedule(slot, woken);
    }
    for (const reason of dropped) this.#sink.dropped(reason);
    for (const output of emit) this.#sink.emit(output);
  }

  #schedule(slot: Slot, woken?: Watermark): void {
    const due = this.#node.wakesAt(slot.state);
    if (due === null || due >= slot.wake) return;
    slot.wake = woken === undefined ? due : Math.max(due, woken + 1);
    this.#timers.set(slot.wake, slot);
  }
}
