/** Follows one partition of the model broker: fetch after fetch from a position that may be set anew at any time. */
import type { LogBatch, Place } from '../../../src/ports/log.ts';
import type { Connection } from './connection.ts';
import { batchOf, placeName } from './connection.ts';

export interface FollowerOptions extends Connection {
  readonly place: Place;
  readonly take: (batch: LogBatch) => void;
  /** The position is not there any more. */
  readonly lost: () => void;
  /** How often an answer to a question that is out of date is handed on all the same. */
  readonly staleShare: number;
}

const RETRY_MS = 200;

export class Follower {
  readonly #o: FollowerOptions;
  #position = 0;
  #flows = false;
  #isStopped = false;
  #isAsking = false;
  /** Raised when the position is set: what was asked before is out of date. */
  #course = 0;

  constructor(options: FollowerOptions) {
    this.#o = options;
  }

  get position(): number {
    return this.#position;
  }

  /** Goes on from a position. */
  seek(position: number): void {
    this.#course += 1;
    this.#isAsking = false;
    this.#position = position;
    this.resume();
  }

  pause(): void {
    this.#flows = false;
  }

  resume(): void {
    this.#flows = true;
    this.#ask();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #ask(): void {
    if (!this.#flows || this.#isAsking || this.#isStopped) return;
    this.#isAsking = true;
    const { process, network, cluster, place } = this.#o;
    const course = this.#course;
    const from = this.#position;
    const serve = () => cluster.fetch(place, from);
    network.request({ from: process, name: 'fetch', about: `${placeName(place)}@${from}`, serve }).then(
      (read) => {
        if (this.#isStopped) return;
        if (course !== this.#course) {
          if (read !== null && this.#isTold()) this.#o.take(batchOf(place, from, read));
          return;
        }
        this.#isAsking = false;
        if (read === null) this.#o.lost();
        else this.#take(batchOf(place, from, read));
        this.#ask();
      },
      () => {
        if (course !== this.#course) return;
        process.post(`asks again for ${placeName(place)}`, () => this.#again(course), RETRY_MS);
      },
    );
  }

  #again(course: number): void {
    if (course !== this.#course) return;
    this.#isAsking = false;
    this.#ask();
  }

  #take(batch: LogBatch): void {
    // What was fetched when the pause began may still come, or be let go and fetched again.
    if (!this.#flows && !this.#isTold()) return;
    this.#position = batch.next;
    this.#o.take(batch);
  }

  #isTold(): boolean {
    return this.#o.staleShare > 0 && this.#o.network.chance.one(this.#o.staleShare);
  }
}
