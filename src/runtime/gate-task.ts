/** Drives stage G for one partition: tallies contributions per epoch and passes closed windows through the gate. */
import type { Contribution, Retraction } from '../model/contribution.ts';
import type { GateInput } from '../model/tally.ts';
import type { EpochStart, Watermark } from '../model/time.ts';
import type { Counters } from './counters.ts';
import type { GateFlow } from './flow.ts';
import type { StatePart } from './fold-runner.ts';
import { FoldRunner } from './fold-runner.ts';

export class GateTask<R> {
  readonly #tally: FoldRunner<Contribution | Retraction, GateInput>;
  readonly #gate: FoldRunner<GateInput, R>;
  #now = Number.MIN_SAFE_INTEGER as Watermark;

  constructor(flow: GateFlow<R>, release: (released: R) => void, counters: Counters) {
    this.#gate = new FoldRunner(flow.gate, {
      emit: release,
      dropped: (reason) => {
        counters.add('gate', reason);
      },
    });
    this.#tally = new FoldRunner(flow.tally, {
      emit: (input) => {
        this.#gate.push(input, this.#now);
      },
      dropped: (reason) => {
        counters.add('contributions', reason);
      },
    });
  }

  /** From its birth on an epoch's windows close, whether anything is contributed or not (G-13). */
  openEpoch(epoch: EpochStart): void {
    this.#tally.touch(String(epoch), epoch);
  }

  accept(message: Contribution | Retraction): void {
    this.#tally.push(message, this.#now);
  }

  /** Releases every window that the watermark closes. */
  advance(now: Watermark): void {
    this.#now = now;
    this.#tally.advance(now);
  }

  dropEpoch(epoch: EpochStart): void {
    this.#tally.dropEpoch(epoch);
    this.#gate.dropEpoch(epoch);
  }

  get keys(): Readonly<Record<string, number>> {
    return { [this.#tally.name]: this.#tally.keys, [this.#gate.name]: this.#gate.keys };
  }

  parts(): readonly StatePart[] {
    return [...this.#tally.parts('statistics'), ...this.#gate.parts('statistics')];
  }

  restore(now: Watermark, parts: readonly StatePart[]): void {
    this.#now = now;
    for (const runner of [this.#gate, this.#tally]) {
      for (const part of parts) if (part.node === runner.name) runner.restore(part);
    }
  }
}
