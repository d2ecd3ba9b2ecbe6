/** Closed lists of everything that a metric label or a journal field may say (G-15): no value of them comes from data. */
import { AUDIENCES } from '../../model/identity.ts';
import { DROP_REASONS, QUARANTINE_REASONS, UNCOUNTED_REASONS } from '../../model/reasons.ts';
import { TABLES } from '../../model/table.ts';
import type { Role, Service } from '../../ports/telemetry.ts';
import { FILE_TOPICS } from '../../wire/decoder.ts';
import { SCHEMAS } from '../../wire/schemas.gen.ts';

/** Every value there is, or the number of a partition. */
export type LabelRule = readonly string[] | 'partition';

/** Larger than any cluster this is for; what is above is no partition. */
const PARTITIONS = 10_000;

export const ROLES = ['sanitize', 'aggregate'] as const satisfies readonly Role[];
export const SERVICES = ['kafka', 'redis', 'registry', 'vault'] as const satisfies readonly Service[];

/** Stations and doors, as `runtime/counters.ts` is told of them. */
export const STAGES = [
  'wire',
  'doors',
  'locations',
  'rights',
  'visits',
  'movements',
  'contributions',
  'gate',
] as const;

export const REASONS: readonly string[] = [
  ...Object.keys(DROP_REASONS),
  ...Object.keys(QUARANTINE_REASONS),
  ...Object.keys(UNCOUNTED_REASONS),
];

/** A reason, `keep` and `in`, or the kind of thing that a station made. */
export const OUTCOMES: readonly string[] = [
  'keep',
  'in',
  'visit',
  'outside',
  'successor',
  'footfall',
  'traits',
  'retract',
  'mark',
  'consent',
  'erasure',
  'revocation',
  'withdrawn',
  ...REASONS,
];

/** Folds with one state per subject. The gate's folds are left out: their partition is a region. */
export const SUBJECT_FOLDS = ['once-per-bucket', 'visits', 'bounds'] as const;

/** Topics with one partition per group of subjects; `oboro.contributions`, whose partition is a region, is left out. */
export const INPUT_TOPICS: readonly string[] = FILE_TOPICS;

/** Every topic of the contract. */
export const ALL_TOPICS: readonly string[] = Object.keys(SCHEMAS);

export const TABLE_NAMES: readonly string[] = TABLES;
export const AUDIENCE_NAMES: readonly string[] = AUDIENCES;

export const isPartition = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < PARTITIONS;

/** The text of a label, or null when its rule does not know the value. */
export const labelText = (rule: LabelRule, value: unknown): string | null => {
  if (rule === 'partition') return isPartition(value) ? String(value) : null;
  return typeof value === 'string' && rule.includes(value) ? value : null;
};
