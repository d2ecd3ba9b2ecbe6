/** An inbox that holds back: an input whose batches wait in numbers is paused until they have been taken. */
import type { EventTime } from '../../model/time.ts';
import type { GroupReader, LogBatch } from '../../ports/log.ts';
import type { InboxOptions } from './inbox.ts';
import { Inbox } from './inbox.ts';

export interface FlowControlOptions extends InboxOptions {
  readonly reader: Pick<GroupReader, 'pause' | 'resume'>;
}

export class FlowControl {
  readonly #inbox: Inbox;
  readonly #reader: FlowControlOptions['reader'];
  readonly #paused = new Set<string>();

  constructor(options: FlowControlOptions) {
    this.#inbox = new Inbox(options);
    this.#reader = options.reader;
  }

  put(batch: LogBatch): void {
    this.#inbox.put(batch);
    const { topic, partition } = batch;
    if (this.#paused.has(topic) || !this.#inbox.isFull(topic)) return;
    this.#paused.add(topic);
    this.#reader.pause([{ topic, partition }]);
  }

  peek(clockOf: (topic: string) => EventTime): LogBatch | null {
    return this.#inbox.peek(clockOf);
  }

  /** The batch was taken. */
  drop(batch: LogBatch): void {
    this.#inbox.drop(batch);
    const { topic, partition } = batch;
    if (!this.#paused.has(topic) || this.#inbox.isFull(topic)) return;
    this.#paused.delete(topic);
    this.#reader.resume([{ topic, partition }]);
  }

  /** What waits will come again, and everything flows. */
  clear(): void {
    this.#inbox.clear();
    this.#paused.clear();
  }
}
