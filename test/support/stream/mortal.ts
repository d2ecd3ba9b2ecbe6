/** A worker's world that can end between any two steps: what it still waits for never comes, and nobody hears of it again. */
import type { Clock } from '../../../src/ports/clock.ts';
import type { GroupHandlers, GroupReader, Log, Outgoing, TaskWriter } from '../../../src/ports/log.ts';

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** When the process dies: before a transaction reaches the log, or after it is committed and before anyone hears. */
export interface Death {
  readonly afterTransactions: number;
  readonly isCommitted: boolean;
}

export class Mortal {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #death: Death | null;
  readonly #onDeath: () => void;
  #transactions = 0;
  isDead = false;

  constructor(world: { readonly log: Log; readonly clock: Clock }, death: Death | null, onDeath: () => void) {
    this.#log = world.log;
    this.#clock = world.clock;
    this.#death = death;
    this.#onDeath = onDeath;
  }

  get clock(): Clock {
    return {
      now: () => this.#clock.now(),
      sleep: (ms, signal) => this.#living(() => this.#clock.sleep(ms, signal)),
    };
  }

  get log(): Log {
    const log = this.#log;
    return {
      openWriter: (id) => this.#living(async () => this.#writer(await log.openWriter(id))),
      readToEnd: (place, from, take) => this.#living(() => log.readToEnd(place, from, take)),
      bounds: (place) => this.#living(() => log.bounds(place)),
      partitionsOf: (topic) => this.#living(() => log.partitionsOf(topic)),
      deleteBefore: (place, offset) => this.#living(() => log.deleteBefore(place, offset)),
      tail: (topic, take) =>
        this.#living(() =>
          log.tail(topic, (batch) => {
            if (!this.isDead) take(batch);
          }),
        ),
      close: () => this.#living(() => log.close()),
    };
  }

  reader(reader: GroupReader): GroupReader {
    return {
      join: (handlers) => this.#living(() => reader.join(this.#heard(handlers))),
      resumeAt: (position) => reader.resumeAt(position),
      pause: (places) => reader.pause(places),
      resume: (places) => reader.resume(places),
      note: (positions) => this.#living(() => reader.note(positions)),
      leave: () => this.#living(() => reader.leave()),
    };
  }

  #heard(handlers: GroupHandlers): GroupHandlers {
    return {
      assigned: (partitions) => {
        if (!this.isDead) handlers.assigned(partitions);
      },
      batch: (batch) => {
        if (!this.isDead) handlers.batch(batch);
      },
      crashed: (fault) => handlers.crashed(fault),
    };
  }

  #writer(writer: TaskWriter): TaskWriter {
    return {
      commit: (records) => this.#living(() => this.#commit(writer, records)),
      close: () => this.#living(() => writer.close()),
    };
  }

  async #commit(writer: TaskWriter, records: readonly Outgoing[]): Promise<void> {
    this.#transactions += 1;
    const isLast = this.#transactions === this.#death?.afterTransactions;
    if (isLast && this.#death?.isCommitted) await writer.commit(records);
    if (isLast) {
      this.isDead = true;
      this.#onDeath();
      return never();
    }
    await writer.commit(records);
  }

  async #living<T>(act: () => Promise<T>): Promise<T> {
    if (this.isDead) return never();
    const result = await act();
    return this.isDead ? never<T>() : result;
  }
}
