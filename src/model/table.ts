/** The released tables: which columns each has, and the rungs on which its rows may stand. */
import type { WindowKind } from './time.ts';

export const TABLES = [
  'visits',
  'dwell',
  'transitions',
  'terminals',
  'demographics',
  'footfall',
  'web',
] as const;
export type TableName = (typeof TABLES)[number];

export const UNIT_KINDS = ['store', 'cell', 'region', 'section', 'site'] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

/** `all`: every contribution of its key. `rest`: those that no finer released row of the table holds. */
export type Holds = 'all' | 'rest';
export type Status = 'RELEASED' | 'WITHHELD';

/** The columns every released table has; times are ISO 8601 with the policy zone's offset. */
export interface RowKey {
  readonly unit_kind: UnitKind;
  readonly unit_id: string;
  readonly cell: string;
  readonly resolution: number;
  readonly window_kind: WindowKind;
  readonly window_start: string;
  readonly window_end: string;
  readonly holds: Holds;
  readonly status: Status;
}

export interface VisitsRow extends RowKey {
  readonly visitors: number | null;
  readonly visits: number | null;
}

export interface DwellRow extends RowKey {
  readonly bin_from_s: number;
  readonly bin_to_s: number | null;
  readonly visitors: number | null;
}

export interface TransitionsRow extends RowKey {
  readonly dimension: 'place' | 'category' | 'section';
  readonly to_kind: 'cell' | 'region' | 'category' | 'section' | 'elsewhere';
  readonly to_id: string;
  readonly visitors: number | null;
}

export const TERMINAL_DIMENSIONS = ['terminal_type', 'os'] as const;
export const DEMOGRAPHIC_DIMENSIONS = ['age_band', 'gender', 'prefecture'] as const;

export interface TerminalsRow extends RowKey {
  readonly dimension: (typeof TERMINAL_DIMENSIONS)[number];
  readonly category: string;
  readonly visitors: number | null;
}

export interface DemographicsRow extends RowKey {
  readonly dimension: (typeof DEMOGRAPHIC_DIMENSIONS)[number];
  readonly category: string;
  readonly visitors: number | null;
}

export interface FootfallRow extends RowKey {
  readonly subjects: number | null;
}

export interface RowOf {
  readonly visits: VisitsRow;
  readonly dwell: DwellRow;
  readonly transitions: TransitionsRow;
  readonly terminals: TerminalsRow;
  readonly demographics: DemographicsRow;
  readonly footfall: FootfallRow;
}

/** The tables whose units are places. */
export type PlaceTable = keyof RowOf;
export type AnyRow = RowOf[PlaceTable];
