/** The allow-list of the journal: copies the fields that are known and whose values fit, and nothing else. */
import { constants } from 'node:os';
import type { JournalFields } from '../../ports/telemetry.ts';
import { isKnownCode } from './known-codes.ts';
import {
  ALL_TOPICS,
  AUDIENCE_NAMES,
  REASONS,
  ROLES,
  SERVICES,
  TABLE_NAMES,
  isPartition,
} from './label-values.ts';

type Check = (value: unknown) => boolean;

const oneOf =
  (values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);

const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isDuration: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** What each field may hold. Numbers are counts, positions and times; texts stand in closed lists. */
const CHECKS: { readonly [F in keyof Required<JournalFields>]: Check } = {
  role: oneOf(ROLES),
  topic: oneOf(ALL_TOPICS),
  partition: isPartition,
  offset: isCount,
  code: isKnownCode,
  service: oneOf(SERVICES),
  count: isCount,
  bytes: isCount,
  durationMs: isDuration,
  epochStartMs: isCount,
  audience: oneOf(AUDIENCE_NAMES),
  table: oneOf(TABLE_NAMES),
  reason: oneOf(REASONS),
  signal: oneOf(Object.keys(constants.signals)),
  exitCode: isCount,
  worker: isCount,
};

export const FIELD_NAMES = Object.keys(CHECKS) as readonly (keyof JournalFields)[];

/** What stands in place of a value that its field does not take; the value itself is gone. */
export const UNFIT = 'unfit';

export type SafeFields = Readonly<Record<string, string | number>>;

/** The gate's topic: one partition is a few regions. */
const REGION_TOPIC = 'oboro.contributions';

/** A number about one partition of the gate would be an exact small count of a region. */
const countsRegion = ({ role, topic, count, bytes, offset }: JournalFields): boolean =>
  (role === 'aggregate' || topic === REGION_TOPIC) && (count ?? bytes ?? offset) !== undefined;

/**
 * The known fields in a fixed order. Unknown fields are dropped in silence; of a known one with a value that does not
 * fit only the name is left. Where a line counts something of the gate it does not say of which partition.
 *
 * @guarantee G-15
 */
export const safeFields = (fields: JournalFields = {}): SafeFields => {
  const safe: Record<string, string | number> = {};
  for (const name of FIELD_NAMES) {
    const value = fields[name];
    if (value === undefined || (name === 'partition' && countsRegion(fields))) continue;
    safe[name] = CHECKS[name](value) ? roundedOf(value) : UNFIT;
  }
  return safe;
};

/** Durations are told to the millisecond. */
const roundedOf = (value: string | number): string | number =>
  typeof value === 'number' ? Math.round(value) : value;
