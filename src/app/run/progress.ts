/** Says how far a run is: a bar on a terminal, a log line every ten seconds elsewhere; always on stderr. */
import type { Clock } from '../../ports/clock.ts';

export interface ProgressOptions {
  readonly clock: Clock;
  readonly stream: NodeJS.WriteStream;
  readonly quiet: boolean;
  /** Lines to be read, null when unknown. */
  readonly total: number | null;
}

const BAR_EVERY_MS = 100;
const LOG_EVERY_MS = 10_000;
const BAR_WIDTH = 28;

export class Progress {
  readonly #o: ProgressOptions;
  readonly #bar: boolean;
  readonly #startedAt: number;
  #saidAt: number;

  constructor(options: ProgressOptions) {
    this.#o = options;
    this.#bar = options.stream.isTTY;
    this.#startedAt = options.clock.now();
    this.#saidAt = this.#startedAt;
  }

  /** `what` names the step, `done` counts lines, `eventTime` says where in the data it is. */
  at(what: string, done: number, eventTime: string): void {
    if (this.#o.quiet) return;
    const now = this.#o.clock.now();
    if (now - this.#saidAt < (this.#bar ? BAR_EVERY_MS : LOG_EVERY_MS)) return;
    this.#saidAt = now;
    const rate = Math.round((done * 1000) / Math.max(1, now - this.#startedAt));
    if (this.#bar) this.#o.stream.write(`\r${this.#line(what, done, rate)}  ${eventTime}\u001b[K`);
    else
      this.#o.stream.write(
        `${JSON.stringify({ step: what, done, total: this.#o.total, rate, eventTime })}\n`,
      );
  }

  /** Clears the bar. */
  end(): void {
    if (this.#bar && !this.#o.quiet) this.#o.stream.write('\r\u001b[K');
  }

  #line(what: string, done: number, rate: number): string {
    const { total } = this.#o;
    const count = `${done.toLocaleString('en-US')} lines, ${rate.toLocaleString('en-US')}/s`;
    if (total === null || total === 0) return `${what}  ${count}`;
    const share = Math.min(1, done / total);
    const full = Math.round(share * BAR_WIDTH);
    return `${what}  ${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${String(Math.floor(share * 100))} %  ${count}`;
  }
}
