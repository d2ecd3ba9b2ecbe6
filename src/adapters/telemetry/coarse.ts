/** What gate tasks tell of themselves, in steps so large that no live count of a few people can be read from it. */
import type { CounterLabels, HistogramLabels, Telemetry } from '../../ports/telemetry.ts';

type CounterName = keyof CounterLabels;

/** Counters that grow with what was counted of people, each with its step. The others count what the machine does. */
const COUNTER_STEPS: Partial<Readonly<Record<CounterName, number>>> = {
  records: 100,
  releasedRows: 100,
  bytesIn: 100_000,
};

const HISTOGRAM_STEPS: Partial<Readonly<Record<keyof HistogramLabels, number>>> = {
  commitRecords: 100,
  commitBytes: 100_000,
};

/**
 * One gate task has few regions, and one worker few gate tasks, so that exact counters of a worker are a live and exact
 * small count of the regions that it has, before rounding and thresholds. Here a counter moves in whole steps only: what
 * does not fill one is kept back until more comes, and is lost when the process ends. A size of a commit is rounded up
 * to a whole step. Durations, commits, take-overs and salts say nothing of people and are told as they are.
 *
 * One for all gate tasks of a process: several would each keep something back.
 *
 * @guarantee G-15
 */
export class CoarseTelemetry implements Telemetry {
  readonly #exact: Telemetry;
  /** What is kept back of each series; less than a step. */
  readonly #rest = new Map<string, number>();

  constructor(exact: Telemetry) {
    this.#exact = exact;
  }

  add<K extends CounterName>(name: K, labels: CounterLabels[K], n = 1): void {
    const step = COUNTER_STEPS[name];
    // What is no count would spoil what is kept back; the exporter refuses it.
    if (step === undefined || !Number.isFinite(n) || n < 0) {
      this.#exact.add(name, labels, n);
      return;
    }
    const key = JSON.stringify([name, Object.entries(labels).sort()]);
    const all = (this.#rest.get(key) ?? 0) + n;
    const full = Math.floor(all / step) * step;
    this.#rest.set(key, all - full);
    if (full > 0) this.#exact.add(name, labels, full);
  }

  observe<K extends keyof HistogramLabels>(name: K, labels: HistogramLabels[K], value: number): void {
    const step = HISTOGRAM_STEPS[name];
    this.#exact.observe(name, labels, step === undefined ? value : Math.ceil(value / step) * step);
  }

  readonly set: Telemetry['set'] = (name, labels, value) => this.#exact.set(name, labels, value);
  readonly drop: Telemetry['drop'] = (name, labels) => this.#exact.drop(name, labels);
}
