/** How a measured process tells how far it is and what it has used, and how its figures are read. */
import process from 'node:process';

/** State of a process at a moment. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Input records whose outputs are committed. */
  readonly done: number;
  /** CPU of the whole process so far, all threads, in µs. */
  readonly cpuUs: number;
  readonly rssMb: number;
  /** Records written so far, by what they are. */
  readonly out: Readonly<Record<string, number>>;
}

const EVERY_MS = 50;

/** Counts inside a measured process, and tells its parent. */
export class Meter {
  #done = 0;
  readonly #out: Record<string, number> = {};

  start(): void {
    setInterval(() => this.#tell(), EVERY_MS).unref();
  }

  add(done: number): void {
    this.#done += done;
  }

  wrote(what: string, n: number): void {
    this.#out[what] = (this.#out[what] ?? 0) + n;
  }

  #tell(): void {
    const { user, system } = process.cpuUsage();
    const sample: Sample = {
      atMs: performance.timeOrigin + performance.now(),
      done: this.#done,
      cpuUs: user + system,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
      out: { ...this.#out },
    };
    process.send?.(sample);
  }
}

export interface Throughput {
  readonly events: number;
  readonly eventsPerS: number;
  readonly cpuUsPerEvent: number;
  readonly rssMb: number;
  readonly out: Readonly<Record<string, number>>;
}

/** The value of a growing quantity at a time, straight between samples. */
const at = (samples: readonly Sample[], ms: number, of: (sample: Sample) => number): number => {
  const i = samples.findIndex(({ atMs }) => atMs >= ms);
  const after = samples[i < 0 ? samples.length - 1 : i];
  const before = samples[Math.max(0, (i < 0 ? samples.length : i) - 1)];
  if (after === undefined || before === undefined) return 0;
  if (after.atMs <= before.atMs || ms <= before.atMs) return of(before);
  const share = Math.min(1, (ms - before.atMs) / (after.atMs - before.atMs));
  return of(before) + share * (of(after) - of(before));
};

/** First moment at which all processes together had done so many. */
const reached = (processes: readonly (readonly Sample[])[], count: number): number => {
  const moments = [...new Set(processes.flat().map(({ atMs }) => atMs))].sort((a, b) => a - b);
  const found = moments.find((ms) => totalAt(processes, ms) >= count);
  return found ?? moments.at(-1) ?? 0;
};

const totalAt = (processes: readonly (readonly Sample[])[], ms: number): number =>
  processes.reduce((sum, samples) => sum + (samples.findLast(({ atMs }) => atMs <= ms)?.done ?? 0), 0);

/** From a share of the records on, so that starting, joining and the first compilation are left out, to `total`. */
export const throughputOf = (
  processes: readonly (readonly Sample[])[],
  total: number,
  warmShare: number,
): Throughput => {
  const from = reached(processes, total * warmShare);
  const to = reached(processes, total);
  const events = totalAt(processes, to) - totalAt(processes, from);
  const cpuUs = processes.reduce(
    (sum, samples) =>
      sum + at(samples, to, ({ cpuUs: used }) => used) - at(samples, from, ({ cpuUs: used }) => used),
    0,
  );
  const out: Record<string, number> = {};
  for (const samples of processes) {
    for (const [what, n] of Object.entries(samples.at(-1)?.out ?? {})) out[what] = (out[what] ?? 0) + n;
  }
  return {
    events,
    eventsPerS: (events / (to - from)) * 1_000,
    cpuUsPerEvent: cpuUs / events,
    rssMb: Math.max(...processes.flat().map(({ rssMb }) => rssMb)),
    out,
  };
};
