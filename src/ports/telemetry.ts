/** What a worker tells its operators: numbers under closed names and labels, and journal lines of closed events and fields (G-15). */

export type Role = 'sanitize' | 'aggregate';
export type Service = 'kafka' | 'redis' | 'registry' | 'vault';

/** Counters, by name: the labels each has. A label's values come from closed lists, never from data. */
export interface CounterLabels {
  /** Inputs of a stage by what became of them: `keep` or a reason. */
  readonly records: { readonly stage: string; readonly outcome: string };
  readonly bytesIn: { readonly role: Role };
  readonly commits: { readonly role: Role; readonly result: 'done' | 'unknown' };
  readonly takeovers: { readonly role: Role; readonly result: 'done' | 'failed' };
  /** Released rows; no partition label, which would be a live count of a region. */
  readonly releasedRows: { readonly table: string };
  /** Salts destroyed by wall time, before their epochs were released to the end. */
  readonly saltsExpired: { readonly audience: string };
  readonly serviceErrors: { readonly service: Service };
}

/** Gauges, by name: the labels each has. `partition` is of an input, never of the gate. */
export interface GaugeLabels {
  /** Records between the task's position and the end of its input. */
  readonly lagRecords: { readonly topic: string; readonly partition: number };
  /** Seconds between wall time and the task's watermark. */
  readonly watermarkDelaySeconds: { readonly partition: number };
  readonly stateKeys: { readonly fold: string; readonly partition: number };
  readonly changelogBytes: { readonly partition: number };
  readonly tasks: { readonly role: Role; readonly state: 'running' | 'restoring' | 'waiting' };
  readonly saltEpochs: { readonly audience: string };
  readonly consentViewAgeSeconds: Record<string, never>;
}

/** Histograms, by name: the labels each has. */
export interface HistogramLabels {
  readonly commitSeconds: { readonly role: Role };
  readonly commitRecords: { readonly role: Role };
  readonly commitBytes: { readonly role: Role };
  readonly restoreSeconds: { readonly role: Role };
}

export interface Telemetry {
  add<K extends keyof CounterLabels>(name: K, labels: CounterLabels[K], n?: number): void;
  set<K extends keyof GaugeLabels>(name: K, labels: GaugeLabels[K], value: number): void;
  /** Takes a series away: a task that moved to another worker. */
  drop<K extends keyof GaugeLabels>(name: K, labels: GaugeLabels[K]): void;
  observe<K extends keyof HistogramLabels>(name: K, labels: HistogramLabels[K], value: number): void;
}

/** What a journal line may carry: the allow-list. No text of an error, no key, no value, no offset range of a person. */
export interface JournalFields {
  readonly role?: Role;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  /** Code of an OboroError, or the type name of a library's error. */
  readonly code?: string;
  readonly service?: Service;
  readonly count?: number;
  readonly bytes?: number;
  readonly durationMs?: number;
  readonly epochStartMs?: number;
  readonly audience?: string;
  readonly table?: string;
  readonly reason?: string;
  readonly signal?: string;
  readonly exitCode?: number;
  /** Which process of several on one machine, from 0. */
  readonly worker?: number;
}

export type JournalEvent =
  | 'worker_started'
  | 'worker_stopped'
  | 'worker_failed'
  | 'assigned'
  | 'task_restored'
  | 'task_lost'
  | 'task_fenced'
  | 'commit_unknown'
  | 'salt_born'
  | 'salt_destroyed'
  | 'salt_expired'
  | 'service_away'
  | 'stores_read'
  | 'process_ended'
  | 'progress';

export interface Journal {
  info(event: JournalEvent, fields?: JournalFields): void;
  warn(event: JournalEvent, fields?: JournalFields): void;
  error(event: JournalEvent, fields?: JournalFields): void;
}
