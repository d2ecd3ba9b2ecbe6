/** A task whose every step does what the test says, a reader that writes down what it is told, and a clock that stands still. */
import { OboroError } from '../../../../src/model/errors.ts';
import type { ErrorCode } from '../../../../src/model/errors.ts';
import type { WallTime } from '../../../../src/model/time.ts';
import { wallTime } from '../../../../src/model/time.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { GroupHandlers, GroupReader, LogBatch, Place, Position } from '../../../../src/ports/log.ts';
import type { Pending, StreamTask } from '../../../../src/runtime/stream/stream-task.ts';

/** Lets everything that can go on go on. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 60; i += 1) await Promise.resolve();
};

export const fault = (code: ErrorCode): OboroError => new OboroError(code, `a fault of the test: ${code}`);

/** Wall time that moves when the test says so; sleepers wake in order. */
export class HandClock implements Clock {
  #now = 1_000_000;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): WallTime {
    return wallTime(this.#now);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(new Error('the sleep was ended'));
      if (signal?.aborted === true) abort();
      signal?.addEventListener('abort', abort, { once: true });
      const wake = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      this.#sleepers.push({ at: this.#now + ms, wake });
    });
  }

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
    await settle();
  }
}

/** What the attempts of a task do; each list is used up call by call, and then everything goes well. */
export interface Script {
  readonly takeOver?: (ErrorCode | 'wait' | null)[];
  readonly take?: (ErrorCode | null)[];
  readonly commit?: (ErrorCode | 'wait' | null)[];
}

/** One attempt. What it is told it writes down under its number. */
export class ScriptedTask implements StreamTask {
  readonly #world: Scripted;
  readonly #number: number;
  #position: number;
  #waiting = 0;
  readonly #ends: { readonly resolve: () => void; readonly reject: (cause: Error) => void }[] = [];

  constructor(world: Scripted, number: number) {
    this.#world = world;
    this.#number = number;
    this.#position = world.committed;
  }

  takeOver(): Promise<readonly Position[]> {
    this.#say('takes over');
    return this.#play(this.#world.script.takeOver).then(() => this.positions());
  }

  async take({ records, next }: LogBatch): Promise<void> {
    await this.#play(this.#world.script.take);
    this.#say(`takes ${records.map(({ offset }) => offset).join()}`);
    this.#position = next;
    this.#waiting += records.length;
  }

  turn(): void {
    this.#world.turns += 1;
  }

  get pending(): Pending {
    return { records: this.#waiting, bytes: this.#waiting * 10, urgent: this.#world.urgent };
  }

  async commit(): Promise<void> {
    if (this.#waiting === 0) return;
    const position = this.#position;
    this.#waiting = 0;
    this.#world.urgent = false;
    this.#say(`commits up to ${position}`);
    await this.#play(this.#world.script.commit);
    this.#world.committed = position;
  }

  positions(): readonly Position[] {
    return [{ topic: 'raw.gps', partition: 2, offset: this.#position }];
  }

  close(): Promise<void> {
    this.#say('is closed');
    return Promise.resolve();
  }

  /** Ends what waits the longest. */
  async end(cause?: Error): Promise<void> {
    const first = this.#ends.shift();
    if (cause === undefined) first?.resolve();
    else first?.reject(cause);
    await settle();
  }

  #play(script: (ErrorCode | 'wait' | null)[] = []): Promise<void> {
    const next = script.shift() ?? null;
    if (next === null) return Promise.resolve();
    if (next !== 'wait') return Promise.reject(fault(next));
    return new Promise((resolve, reject) => {
      this.#ends.push({ resolve, reject });
    });
  }

  #say(what: string): void {
    this.#world.said.push(`${this.#number} ${what}`);
  }
}

/** What the attempts have in common: the script, what is committed, and what was said. */
export class Scripted {
  readonly script: Script;
  said: string[] = [];
  readonly attempts: ScriptedTask[] = [];
  committed = 0;
  turns = 0;
  urgent = false;

  constructor(script: Script = {}) {
    this.script = script;
  }

  readonly make = (): ScriptedTask => {
    const task = new ScriptedTask(this, this.attempts.length + 1);
    this.attempts.push(task);
    return task;
  };

  /** What was said since the last call. */
  heard(): readonly string[] {
    const { said } = this;
    this.said = [];
    return said;
  }
}

/** A group of one whose batches the test hands in. */
export class HandReader implements GroupReader {
  readonly said: string[] = [];
  handlers: GroupHandlers | null = null;
  noteFails = false;

  join(handlers: GroupHandlers): Promise<void> {
    this.handlers = handlers;
    return Promise.resolve();
  }

  resumeAt({ topic, partition, offset }: Position): void {
    this.said.push(`${topic}-${partition} from ${offset}`);
  }

  pause(places: readonly Place[]): void {
    this.said.push(...places.map(({ topic, partition }) => `pause ${topic}-${partition}`));
  }

  resume(places: readonly Place[]): void {
    this.said.push(...places.map(({ topic, partition }) => `resume ${topic}-${partition}`));
  }

  note(positions: readonly Position[]): Promise<void> {
    this.said.push(`note ${positions.map(({ offset }) => offset).join()}`);
    return this.noteFails ? Promise.reject(fault('KAFKA_AWAY')) : Promise.resolve();
  }

  leave(): Promise<void> {
    this.said.push('leave');
    return Promise.resolve();
  }
}
