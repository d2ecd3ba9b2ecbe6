/** Keeps the numbers of a worker for Prometheus: the metrics of the table, those of the process, and nothing else. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { CounterLabels, GaugeLabels, HistogramLabels, Telemetry } from '../../ports/telemetry.ts';
import type { ReadyCheck } from './health.ts';
import type { LabelRule } from './label-values.ts';
import { labelText } from './label-values.ts';
import type { MetricFacts } from './metric-table.ts';
import {
  COUNTERS,
  COUNTER_NAMES,
  GAUGES,
  GAUGE_NAMES,
  HISTOGRAMS,
  HISTOGRAM_NAMES,
  MISNAMED,
  OWN,
} from './metric-table.ts';

export interface PromOptions {
  /** Version of this code, `1.2.3`. */
  readonly version: string;
  /** Hash of the policy in force, hex. */
  readonly policyHash: string;
  /** What `/readyz` asks; each becomes a series of `oboro_ready`. */
  readonly checks?: readonly ReadyCheck[];
  /** CPU, memory, garbage collection and event-loop delay of this process; true by default. */
  readonly processMetrics?: boolean;
}

/** Labels as prom-client takes them. */
type Texts = Record<string, string>;

const BUILD_LABEL = /^[0-9A-Za-z.+-]{1,80}$/;

/** Series that start at zero, so that the first increase is seen as one. More than this many are left to come. */
const PRESET_SERIES = 20;

/**
 * Numbers under the closed names and labels of the metric table. A value that does not fit (an unknown label value, a
 * count that is no number) is left out and counted in `oboro_telemetry_refused_total`; nothing here ever throws.
 *
 * @guarantee G-15
 */
export class PromTelemetry implements Telemetry {
  readonly #registry = new Registry();
  readonly #counters = new Map<keyof CounterLabels, Counter>();
  readonly #gauges = new Map<keyof GaugeLabels, Gauge>();
  readonly #histograms = new Map<keyof HistogramLabels, Histogram>();
  readonly #refused: Counter;

  constructor(options: PromOptions) {
    const registers = [this.#registry];
    for (const key of COUNTER_NAMES) this.#counters.set(key, this.#counter(COUNTERS[key]));
    for (const key of GAUGE_NAMES) {
      const { name, help, labels } = GAUGES[key];
      this.#gauges.set(key, new Gauge({ name, help, labelNames: Object.keys(labels), registers }));
    }
    for (const key of HISTOGRAM_NAMES) {
      const { name, help, labels, buckets } = HISTOGRAMS[key];
      const labelNames = Object.keys(labels);
      this.#histograms.set(key, new Histogram({ name, help, labelNames, buckets: [...buckets], registers }));
    }
    this.#refused = new Counter({ ...own('refused'), registers });
    this.#addBuild(options);
    this.#addReady(options.checks ?? []);
    if (options.processMetrics ?? true) this.#addProcess();
  }

  add<K extends keyof CounterLabels>(name: K, labels: CounterLabels[K], n = 1): void {
    const facts = COUNTERS[name];
    const texts = Number.isFinite(n) && n >= 0 ? textsOf(facts, labels) : null;
    if (texts === null) this.#refuse(facts);
    else this.#counters.get(name)?.inc(texts, n);
  }

  set<K extends keyof GaugeLabels>(name: K, labels: GaugeLabels[K], value: number): void {
    const facts = GAUGES[name];
    const texts = Number.isFinite(value) ? textsOf(facts, labels) : null;
    if (texts === null) this.#refuse(facts);
    else this.#gauges.get(name)?.set(texts, value);
  }

  drop<K extends keyof GaugeLabels>(name: K, labels: GaugeLabels[K]): void {
    const facts = GAUGES[name];
    const texts = textsOf(facts, labels);
    if (texts === null) this.#refuse(facts);
    else this.#gauges.get(name)?.remove(texts);
  }

  observe<K extends keyof HistogramLabels>(name: K, labels: HistogramLabels[K], value: number): void {
    const facts = HISTOGRAMS[name];
    const texts = Number.isFinite(value) && value >= 0 ? textsOf(facts, labels) : null;
    if (texts === null) this.#refuse(facts);
    else this.#histograms.get(name)?.observe(texts, value);
  }

  /** The MIME type of `exposition`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  exposition(): Promise<string> {
    return this.#registry.metrics();
  }

  #refuse({ name }: MetricFacts): void {
    this.#refused.inc({ metric: name });
  }

  #counter({ name, help, labels }: MetricFacts<Readonly<Record<string, unknown>>>): Counter {
    const counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [this.#registry] });
    const presets = combinations(Object.entries(labels));
    if (presets.length <= PRESET_SERIES) for (const texts of presets) counter.inc(texts, 0);
    return counter;
  }

  #addBuild({ version, policyHash }: PromOptions): void {
    const build = new Gauge({ ...own('build'), registers: [this.#registry] });
    const fits = BUILD_LABEL.test(version) && BUILD_LABEL.test(policyHash);
    if (fits) build.set({ version, policy: policyHash }, 1);
    else this.#refused.inc({ metric: OWN.build.name });
  }

  #addReady(checks: readonly ReadyCheck[]): void {
    const registers = [this.#registry];
    const ready: Gauge = new Gauge({
      ...own('ready'),
      registers,
      collect: () => {
        for (const one of checks) ready.set({ check: one.name }, one.check() === 'ok' ? 1 : 0);
      },
    });
  }

  #addProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
  }
}

const own = (key: keyof typeof OWN): { name: string; help: string; labelNames: string[] } => {
  const { name, help, labels } = OWN[key];
  return { name, help, labelNames: [...labels] };
};

/** The labels of the table and no others, as texts; null when one has a value that is in no list. */
const textsOf = (
  { labels: rules }: { readonly labels: object },
  labels: Readonly<Record<string, unknown>>,
): Texts | null => {
  const texts: Texts = {};
  for (const [label, rule] of Object.entries(rules) as [string, LabelRule][]) {
    const text = labelText(rule, labels[label]);
    if (text === null) return null;
    texts[label] = text;
  }
  return texts;
};

/** All combinations of label values; none where a label has values without end. */
const combinations = (rules: readonly (readonly [string, LabelRule])[]): readonly Texts[] => {
  let made: readonly Texts[] = [{}];
  for (const [label, rule] of rules) {
    if (rule === 'partition') return [];
    made = made.flatMap((texts) => rule.map((value) => ({ ...texts, [label]: value })));
  }
  return made;
};
