/** A producer outside the deployment: writes records in order, at times within transactions, some of which it takes back. */
import type { Outgoing } from '../../../src/ports/log.ts';
import type { Transaction } from '../model-broker/partition-log.ts';
import type { World } from './world.ts';

export interface FeederOptions {
  readonly world: World;
  readonly records: readonly Outgoing[];
  /** Records that are written and taken back: nobody may ever see them. */
  readonly decoys?: readonly Outgoing[];
  /** Longest wait between two writes, milliseconds. */
  readonly pauseMs: number;
}

const MOST_AT_ONCE = 40;

export class Feeder {
  readonly #o: FeederOptions;
  #next = 0;
  #transactions = 0;
  /** Transactions that are not ended yet. */
  #open = 0;

  constructor(options: FeederOptions) {
    this.#o = options;
  }

  get isDone(): boolean {
    return this.#next >= this.#o.records.length && this.#open === 0;
  }

  /** Writes everything at once. */
  fill(): void {
    while (!this.isDone) this.#write(false);
  }

  /** Writes one piece after another as time goes by. */
  start(): void {
    const { world, pauseMs } = this.#o;
    if (this.#next >= this.#o.records.length) return;
    const turn = (): void => {
      this.#write(true);
      this.start();
    };
    world.later('the feeder writes', turn, world.simulation.chance.int(pauseMs));
  }

  #write(mayTakeTime: boolean): void {
    const { world, records } = this.#o;
    const { chance } = world.simulation;
    const piece = records.slice(this.#next, this.#next + chance.between(1, MOST_AT_ONCE));
    this.#next += piece.length;
    if (!mayTakeTime || chance.one(0.7)) for (const record of piece) world.cluster.append(record);
    else this.#transact(piece);
  }

  #transact(piece: readonly Outgoing[]): void {
    const { world, decoys = [] } = this.#o;
    const { chance } = world.simulation;
    this.#within('committed', piece, chance.int(500));
    if (decoys.length > 0 && chance.one(0.6)) {
      const from = chance.int(decoys.length);
      this.#within('aborted', decoys.slice(from, from + 5), chance.int(3_000));
    }
  }

  #within(outcome: 'committed' | 'aborted', records: readonly Outgoing[], lastsMs: number): void {
    const { world } = this.#o;
    this.#transactions += 1;
    const transaction: Transaction = {
      writer: `feeder ${this.#transactions}`,
      epoch: 0,
      outcome: 'open',
    };
    const touched = records.flatMap((record) => {
      const log = world.cluster.find(record);
      log?.append([record], transaction);
      return log === null ? [] : [log];
    });
    this.#open += 1;
    const end = (): void => {
      this.#open -= 1;
      transaction.outcome = outcome;
      for (const log of new Set(touched)) log.mark(transaction);
    };
    world.later(`the feeder's transaction is ${outcome}`, end, lastsMs);
  }
}
