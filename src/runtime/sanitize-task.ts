/** Drives stage S for one partition: doors, lookup records, visits and bounded contributions, withdrawals. */
import type { Contribution, Retraction } from '../model/contribution.ts';
import type { Pseudonym, SaltName } from '../model/identity.ts';
import type { RawEvent, RawRevocation, RawRight } from '../model/raw.ts';
import type { NearFix, SanitizedLocation } from '../model/sanitized.ts';
import type { EpochStart, EventTime, Watermark } from '../model/time.ts';
import type { Movement } from '../model/visit.ts';
import type { Counters } from './counters.ts';
import type { SanitizeFlow } from './flow.ts';
import type { StatePart } from './fold-runner.ts';
import { FoldRunner } from './fold-runner.ts';

/** Where a task's results go; all calls are synchronous. */
export interface SanitizeSink {
  readonly location: (record: SanitizedLocation) => void;
  readonly contribution: (message: Contribution | Retraction) => void;
  /** Told of everything that moves a state, before it does. */
  readonly moves?: StateMoves;
}

type Right = RawRight | RawRevocation;

/** What moves the states of a task: put on record, the same calls bring a restored task to the same states. */
export interface StateMoves {
  location(record: SanitizedLocation): void;
  fix(near: NearFix): void;
  retract(epoch: EpochStart, subject: Pseudonym, erased: boolean): void;
}

export class SanitizeTask {
  readonly #flow: SanitizeFlow;
  readonly #sink: SanitizeSink;
  readonly #counters: Counters;
  readonly #once: FoldRunner<SanitizedLocation, SanitizedLocation>;
  readonly #visits: FoldRunner<NearFix, Movement>;
  readonly #bounds: FoldRunner<Movement, Contribution>;

  constructor(flow: SanitizeFlow, sink: SanitizeSink, counters: Counters) {
    this.#flow = flow;
    this.#sink = sink;
    this.#counters = counters;
    const dropped = (stage: string) => (reason: string) => {
      counters.add(stage, reason);
    };
    this.#once = new FoldRunner(flow.once, {
      emit: (record) => {
        counters.add('locations', 'keep');
        sink.location(record);
      },
      dropped: dropped('locations'),
    });
    this.#bounds = new FoldRunner(flow.bounds, {
      emit: (message) => {
        counters.add('contributions', message.kind);
        sink.contribution(message);
      },
      dropped: dropped('contributions'),
    });
    this.#visits = new FoldRunner(flow.visits, {
      emit: (movement) => {
        counters.add('movements', movement.kind);
        this.#bounds.push(movement, this.#now);
      },
      dropped: dropped('visits'),
    });
  }

  #now = Number.MIN_SAFE_INTEGER as Watermark;

  /** Takes one raw event through the doors and on. */
  event(event: RawEvent, clock: EventTime): void {
    const outcome = this.#flow.doors(event, clock);
    if (outcome.kind !== 'keep') {
      this.#counters.add('doors', outcome.reason);
      return;
    }
    this.#counters.add('doors', 'keep');
    const { location, near } = outcome.value;
    if (location !== null) this.location(location);
    if (near !== null) {
      this.#counters.add('visits', 'in');
      this.fix(near);
    }
  }

  /** Takes what the doors made of an event for lookups. */
  location(record: SanitizedLocation): void {
    this.#sink.moves?.location(record);
    this.#once.push(record, this.#now);
  }

  /** Takes what the doors made of an event for the detector. */
  fix(near: NearFix): void {
    this.#sink.moves?.fix(near);
    this.#visits.push(near, this.#now);
  }

  /** Applies a consent or erasure record; what it ends is taken out of every window not yet released. */
  right(record: Right): void {
    const { withdrawn } = this.#flow.right(record);
    this.#counters.add('rights', record.kind);
    if (withdrawn) this.#takeBack(record);
  }

  /**
   * The same after a restart. What the subject chose before may be gone from its compacted topic while the restored
   * state still holds what it allowed: of a subject that nothing is known of, everything is taken back (G-03).
   */
  rightAfterRestore(record: Right): void {
    const { withdrawn, isFirst } = this.#flow.right(record);
    if (withdrawn || isFirst) this.#takeBack(record);
  }

  #takeBack(record: Right): void {
    this.#counters.add('rights', 'withdrawn');
    for (const epoch of this.epochs()) {
      const subject = this.#flow.subjectIn(record, epoch);
      if (subject !== null) this.retract(epoch, subject, record.kind === 'erasure');
    }
  }

  /** Takes a subject out of an epoch (G-03). */
  retract(epoch: EpochStart, subject: Pseudonym, erased: boolean): void {
    this.#sink.moves?.retract(epoch, subject, erased);
    this.#visits.forgetSubject(epoch, subject);
    this.#bounds.changeSubject(epoch, subject, (state) => {
      for (const region of this.#flow.regionsOf(state)) {
        this.#sink.contribution({ kind: 'retract', epoch, region, subject });
      }
      return this.#flow.withdrawn(state);
    });
    if (erased) this.#bounds.forgetSubject(epoch, subject);
  }

  /** Moves event time: nothing at or before the watermark is still expected. */
  advance(now: Watermark): void {
    this.#now = now;
    this.#once.advance(now);
    this.#visits.advance(now);
    this.#bounds.advance(now);
  }

  /** Drops all state and memory of an epoch whose salt is dying. */
  dropEpoch(name: SaltName): void {
    if (name.audience === 'nearby') this.#once.dropEpoch(name.epoch);
    if (name.audience === 'statistics') {
      this.#visits.dropEpoch(name.epoch);
      this.#bounds.dropEpoch(name.epoch);
    }
    this.#flow.forget([name]);
  }

  get keys(): Readonly<Record<string, number>> {
    return {
      [this.#once.name]: this.#once.keys,
      [this.#visits.name]: this.#visits.keys,
      [this.#bounds.name]: this.#bounds.keys,
    };
  }

  /** Statistics epochs that something is held of. */
  epochs(): readonly EpochStart[] {
    return [...new Set([...this.#visits.epochs(), ...this.#bounds.epochs()])];
  }

  /** Number of keys that are a subject's in an epoch, by fold. */
  keysOf(epoch: EpochStart, subject: Pseudonym): Readonly<Record<string, number>> {
    return {
      [this.#visits.name]: this.#visits.keysOf(epoch, subject),
      [this.#bounds.name]: this.#bounds.keysOf(epoch, subject),
    };
  }

  parts(): readonly StatePart[] {
    return [
      ...this.#once.parts('nearby'),
      ...this.#visits.parts('statistics'),
      ...this.#bounds.parts('statistics'),
    ];
  }

  /** Consent and erasure alone, for what was acted upon before: nothing is taken back. */
  remember(record: Right): void {
    this.#flow.right(record);
  }

  restore(now: Watermark, parts: Iterable<StatePart>): void {
    this.#now = now;
    const runners = [this.#once, this.#visits, this.#bounds];
    for (const part of parts) runners.find(({ name }) => name === part.node)?.restore(part);
  }
}
