/** Every metric that oboro exports, with its labels and what it means; the exporter and docs/metrics.md are made of it. */
import type { CounterLabels, GaugeLabels, HistogramLabels } from '../../ports/telemetry.ts';
import type { LabelRule } from './label-values.ts';
import {
  AUDIENCE_NAMES,
  INPUT_TOPICS,
  OUTCOMES,
  ROLES,
  SERVICES,
  STAGES,
  SUBJECT_FOLDS,
  TABLE_NAMES,
} from './label-values.ts';

/** One metric: its name as Prometheus sees it, one sentence, and the rule of each label. */
export interface MetricFacts<L = unknown> {
  readonly name: string;
  readonly help: string;
  readonly labels: { readonly [K in keyof L]: LabelRule };
}

export interface HistogramFacts<L = unknown> extends MetricFacts<L> {
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
}

type CounterTable = { readonly [K in keyof CounterLabels]: MetricFacts<CounterLabels[K]> };
type GaugeTable = { readonly [K in keyof GaugeLabels]: MetricFacts<GaugeLabels[K]> };
type HistogramTable = { readonly [K in keyof HistogramLabels]: HistogramFacts<HistogramLabels[K]> };

export const COUNTERS: CounterTable = {
  records: {
    name: 'oboro_records_total',
    help: 'Inputs of a stage by outcome: keep, what was made, or a reason (docs/reasons.md); of gate tasks in steps of 100.',
    labels: { stage: STAGES, outcome: OUTCOMES },
  },
  bytesIn: {
    name: 'oboro_input_bytes_total',
    help: 'Bytes of record values read; of gate tasks in steps of 100000.',
    labels: { role: ROLES },
  },
  commits: {
    name: 'oboro_commits_total',
    help: 'Transactions by result; unknown means that the task was taken over again (rule R).',
    labels: { role: ROLES, result: ['done', 'unknown'] },
  },
  takeovers: {
    name: 'oboro_takeovers_total',
    help: 'Tasks taken over: fenced, restored and resumed.',
    labels: { role: ROLES, result: ['done', 'failed'] },
  },
  releasedRows: {
    name: 'oboro_released_rows_total',
    help: 'Rows that passed the release gate, all regions together, in steps of 100.',
    labels: { table: TABLE_NAMES },
  },
  saltsExpired: {
    name: 'oboro_salts_expired_total',
    help: 'Salts destroyed by wall time, 36 h after their epochs, before all was released; the rest is withheld.',
    labels: { audience: AUDIENCE_NAMES },
  },
  serviceErrors: {
    name: 'oboro_dependency_errors_total',
    help: 'Calls to a service that failed.',
    labels: { service: SERVICES },
  },
};

export const GAUGES: GaugeTable = {
  lagRecords: {
    name: 'oboro_lag_records',
    help: 'Records between the position of a sanitize task and the end of its input, which is looked at every 5 s.',
    labels: { topic: INPUT_TOPICS, partition: 'partition' },
  },
  watermarkDelaySeconds: {
    name: 'oboro_watermark_delay_seconds',
    help: 'Seconds between wall time and the watermark of a sanitize task.',
    labels: { partition: 'partition' },
  },
  stateKeys: {
    name: 'oboro_state_keys',
    help: 'Keys held in memory by a fold of a sanitize task.',
    labels: { fold: SUBJECT_FOLDS, partition: 'partition' },
  },
  changelogBytes: {
    name: 'oboro_changelog_bytes',
    help: 'Bytes of changelog that a restore of a sanitize task would read: last snapshot and operations since.',
    labels: { partition: 'partition' },
  },
  tasks: {
    name: 'oboro_tasks',
    help: 'Tasks of this worker by state; waiting means for a salt or a service.',
    labels: { role: ROLES, state: ['running', 'restoring', 'waiting'] },
  },
  saltEpochs: {
    name: 'oboro_salt_epochs',
    help: 'Epochs whose salt is alive.',
    labels: { audience: AUDIENCE_NAMES },
  },
  consentViewAgeSeconds: {
    name: 'oboro_consent_view_age_seconds',
    help: 'Seconds since consents and erasures in memory were level with their topics: the oldest task; 0 when they are.',
    labels: {},
  },
};

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LONG_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const RECORDS = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
const BYTES = [1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];

export const HISTOGRAMS: HistogramTable = {
  commitSeconds: {
    name: 'oboro_commit_duration_seconds',
    help: 'How long a transaction took, from its first record to its commit.',
    labels: { role: ROLES },
    buckets: SECONDS,
  },
  commitRecords: {
    name: 'oboro_commit_records',
    help: 'Records written in a transaction; of gate tasks rounded up to hundreds.',
    labels: { role: ROLES },
    buckets: RECORDS,
  },
  commitBytes: {
    name: 'oboro_commit_bytes',
    help: 'Bytes written in a transaction; of gate tasks rounded up to steps of 100000.',
    labels: { role: ROLES },
    buckets: BYTES,
  },
  restoreSeconds: {
    name: 'oboro_restore_duration_seconds',
    help: 'How long it took from the assignment of a task until it ran.',
    labels: { role: ROLES },
    buckets: LONG_SECONDS,
  },
};

/** Metrics of the exporter itself; their values are set when they are read. */
export const OWN = {
  build: {
    name: 'oboro_build_info',
    help: 'Always 1; the labels say which code under which policy runs here.',
    labels: ['version', 'policy'],
  },
  ready: {
    name: 'oboro_ready',
    help: 'What /readyz says: 1 where a check is ok, 0 where it is not.',
    labels: ['check'],
  },
  refused: {
    name: 'oboro_telemetry_refused_total',
    help: 'Values that were not exported, because they or a label of theirs are not in the closed lists; a bug.',
    labels: ['metric'],
  },
} as const;

export const COUNTER_NAMES = Object.keys(COUNTERS) as readonly (keyof CounterLabels)[];
export const GAUGE_NAMES = Object.keys(GAUGES) as readonly (keyof GaugeLabels)[];
export const HISTOGRAM_NAMES = Object.keys(HISTOGRAMS) as readonly (keyof HistogramLabels)[];

/** Metrics that prom-client adds on its own and whose names are no good: a gauge called `_total`. */
export const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
] as const;
