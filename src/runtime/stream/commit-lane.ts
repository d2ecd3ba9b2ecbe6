/** Sends a task's transactions one after the other; after the first failure it sends nothing more. */
import { OboroError } from '../../model/errors.ts';
import type { Outgoing, TaskWriter } from '../../ports/log.ts';

export class CommitLane {
  readonly #writer: TaskWriter;
  #last: Promise<void> = Promise.resolve();

  constructor(writer: TaskWriter) {
    this.#writer = writer;
  }

  /** Rejects when this transaction or one before it failed. */
  commit(records: readonly Outgoing[]): Promise<void> {
    this.#last = this.#last.then(() => this.#writer.commit(records));
    // Whoever awaits the returned promise sees the failure; this one only keeps the lane closed.
    this.#last.catch(() => undefined);
    return this.#last;
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#last;
  }

  close(): Promise<void> {
    this.#last = Promise.reject(new OboroError('TASK_LOST', 'the task was given up'));
    this.#last.catch(() => undefined);
    return this.#writer.close();
  }
}
