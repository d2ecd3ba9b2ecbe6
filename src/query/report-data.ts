/** What the report of a run is made of: the facts the run knows itself, and what its released tables say. */
import type { Policy } from '../model/policy.ts';
import type { DropReason, QuarantineReason, UncountedReason } from '../model/reasons.ts';
import type { TableName, UnitKind } from '../model/table.ts';
import type { WindowKind } from '../model/time.ts';

/** A store of the public list. Sensitive and closed stores are not on it and must not be handed in. */
export interface ListedStore {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  /** WGS84 degrees. */
  readonly lat: number;
  readonly lng: number;
}

/** A name and a value, shown as they are. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** One raw record of a simulated sample, and all that is left of it. Never made from real data. */
export interface BeforeAfter {
  readonly raw: readonly Field[];
  /** Its record in `location.sanitized`. */
  readonly left: readonly Field[];
  /** The released row in which it disappears, in one sentence; null when no row holds it. */
  readonly released: string | null;
}

export interface EventCounts {
  readonly read: number;
  readonly kept: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly quarantined: Readonly<Partial<Record<QuarantineReason, number>>>;
  /** Contributions found but not counted; they are no events. */
  readonly uncounted: Readonly<Partial<Record<UncountedReason, number>>>;
}

/** Rows of one table by status, as the gate counted them. */
export interface TableRows {
  readonly table: TableName;
  readonly released: number;
  readonly withheld: number;
}

export interface NamedPath {
  readonly path: string;
  readonly holds: string;
}

export interface NextCommand {
  readonly command: string;
  readonly does: string;
}

/** What only the run itself knows. Times are ISO 8601 with offset. */
export interface RunFacts {
  /** When the report was made. */
  readonly madeAt: string;
  readonly version: string;
  /** What the input was, in a few words. */
  readonly input: string;
  /** The input is made up by the simulator. */
  readonly simulated: boolean;
  /** First and last event time; null when nothing was read. */
  readonly span: { readonly from: string; readonly to: string } | null;
  readonly events: EventCounts;
  readonly rows: readonly TableRows[];
  readonly policy: Policy;
  readonly policyHash: string | null;
  readonly stores: readonly ListedStore[];
  readonly files: readonly NamedPath[];
  readonly next: readonly NextCommand[];
  readonly beforeAfter: BeforeAfter | null;
}

/** Sums over all released rows of `visits`. */
export interface Totals {
  readonly visits: number;
  /** Visitors summed over rows: one person in two windows counts twice. */
  readonly visitorWindows: number;
  /** Subjects seen in passing, summed over the rows of `footfall`. */
  readonly passing: number;
}

/** Store-days of the public list, and how many of them have at least one released row. */
export interface StoreDays {
  readonly listed: number;
  readonly shown: number;
  /** Listed stores with at least one released row on any day. */
  readonly storesShown: number;
}

/** Visitors of the store × hour rows whose window starts in this hour of the policy's zone, summed over days. */
export interface HourSum {
  /** 0–23. */
  readonly hour: number;
  /** Null when no row of that hour was released. */
  readonly visitors: number | null;
  readonly rows: number;
}

/** One rung of the release ladder and what stands on it. */
export interface RungSum {
  readonly unitKind: UnitKind;
  readonly resolution: number;
  readonly windowKind: WindowKind;
  readonly rows: number;
  readonly visitors: number;
  readonly visits: number;
}

/** Visitors of one dwell bin; bins of different width are never mixed. */
export interface DwellSum {
  readonly fromS: number;
  /** Null is open. */
  readonly toS: number | null;
  readonly visitors: number;
}

export interface StoreSum {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly visits: number;
  readonly visitors: number;
  /** Hours covered by its released rows, over all days. */
  readonly hoursCovered: number;
}

/** Where visitors went next, by store category. */
export interface TransitionSum {
  /** Null when the rows are those of a wider area, with stores of several categories. */
  readonly from: string | null;
  /** Null is elsewhere: another area or category, or no next visit. */
  readonly to: string | null;
  readonly visitors: number;
}

/** One hexagon of the map. Null is withheld: fewer than k, zero or no data, all alike (G-13). */
export interface MapCell {
  readonly cell: string;
  readonly visits: number | null;
  readonly passing: number | null;
  /** Listed stores in it. */
  readonly stores: number;
}

export interface CellMap {
  /** H3 resolution of every cell. */
  readonly resolution: number;
  readonly cells: readonly MapCell[];
  /** Released visits and passings that are known for wider areas only, and so stand in no hexagon. */
  readonly widerVisits: number;
  readonly widerPassing: number;
}

export interface ReportData {
  readonly run: RunFacts;
  /** Days (YYYY-MM-DD) that have rows, ascending. */
  readonly days: readonly string[];
  readonly totals: Totals;
  readonly storeDays: StoreDays;
  readonly hours: readonly HourSum[];
  readonly rungs: readonly RungSum[];
  readonly dwell: readonly DwellSum[];
  readonly topStores: readonly StoreSum[];
  readonly transitions: readonly TransitionSum[];
  readonly map: CellMap;
}
