/** Gathers what the report shows, from released rows only. */
import type { TableName } from '../model/table.ts';
import { UNIT_KINDS } from '../model/table.ts';
import { WINDOW_KINDS } from '../model/time.ts';
import type { ReleasedTables } from '../ports/releases.ts';
import { gatherMap } from './gather-map.ts';
import { numberOf, numberOrNull, textOf, wordOf } from './record.ts';
import type {
  DwellSum,
  HourSum,
  ListedStore,
  ReportData,
  RunFacts,
  RungSum,
  StoreDays,
  StoreSum,
  Totals,
  TransitionSum,
} from './report-data.ts';

const HOURS_OF_DAY = 24;
const TOP_STORES = 15;

/**
 * Sums the released rows for the report. Each statement asks for `status = 'RELEASED'`: what is withheld is known here
 * only as the lack of a row.
 *
 * @guarantee G-13
 */
export const gatherReport = async (tables: ReleasedTables, run: RunFacts): Promise<ReportData> => {
  const listed = new Map(run.stores.map((store) => [store.id, store]));
  const days = await gatherDays(tables);
  return {
    run,
    days,
    totals: await gatherTotals(tables),
    storeDays: await gatherStoreDays(tables, run.stores.length * days.length),
    hours: await gatherHours(tables, run.policy.dayStartHour),
    rungs: await gatherRungs(tables),
    dwell: await gatherDwell(tables),
    topStores: await gatherTopStores(tables, listed),
    transitions: await gatherTransitions(tables, listed),
    map: await gatherMap(tables, run.stores),
  };
};

const gatherDays = async (tables: ReleasedTables): Promise<readonly string[]> => {
  const rows = await tables.query(
    `SELECT DISTINCT day FROM visits UNION SELECT DISTINCT day FROM footfall ORDER BY day`,
  );
  return rows.map((row) => textOf(row, 'day'));
};

const gatherTotals = async (tables: ReleasedTables): Promise<Totals> => ({
  visits: await sumOf(tables, 'visits', 'visits'),
  visitorWindows: await sumOf(tables, 'visits', 'visitors'),
  passing: await sumOf(tables, 'footfall', 'subjects'),
});

const sumOf = async (tables: ReleasedTables, table: TableName, column: string): Promise<number> => {
  const [row] = await tables.query(
    `SELECT coalesce(sum(${column}), 0) AS n FROM ${table} WHERE status = 'RELEASED'`,
  );
  return row === undefined ? 0 : numberOf(row, 'n');
};

const gatherStoreDays = async (tables: ReleasedTables, listed: number): Promise<StoreDays> => {
  const [row] = await tables.query(
    `SELECT count(*) AS shown, count(DISTINCT unit_id) AS stores FROM store_day WHERE status = 'RELEASED'`,
  );
  const shown = row === undefined ? 0 : numberOf(row, 'shown');
  return {
    listed: Math.max(listed, shown),
    shown,
    storesShown: row === undefined ? 0 : numberOf(row, 'stores'),
  };
};

/** The hours of a day in the order in which the policy's day runs. */
const gatherHours = async (tables: ReleasedTables, dayStartHour: number): Promise<readonly HourSum[]> => {
  const rows = await tables.query(
    `SELECT substr(window_start, 12, 2)::INTEGER AS hour, sum(visitors) AS visitors, count(*) AS n FROM visits
     WHERE status = 'RELEASED' AND unit_kind = 'store' AND window_kind = 'hour' GROUP BY hour`,
  );
  const byHour = new Map(rows.map((row) => [numberOf(row, 'hour'), row]));
  return Array.from({ length: HOURS_OF_DAY }, (_, index) => {
    const hour = (dayStartHour + index) % HOURS_OF_DAY;
    const row = byHour.get(hour);
    if (row === undefined) return { hour, visitors: null, rows: 0 };
    return { hour, visitors: numberOf(row, 'visitors'), rows: numberOf(row, 'n') };
  });
};

const gatherRungs = async (tables: ReleasedTables): Promise<readonly RungSum[]> => {
  const rows = await tables.query(
    `SELECT unit_kind, resolution, window_kind, count(*) AS n, sum(visitors) AS visitors, sum(visits) AS visits
     FROM visits WHERE status = 'RELEASED' GROUP BY unit_kind, resolution, window_kind`,
  );
  const rungs = rows.map((row) => ({
    unitKind: wordOf(row, 'unit_kind', UNIT_KINDS),
    resolution: numberOf(row, 'resolution'),
    windowKind: wordOf(row, 'window_kind', WINDOW_KINDS),
    rows: numberOf(row, 'n'),
    visitors: numberOf(row, 'visitors'),
    visits: numberOf(row, 'visits'),
  }));
  return rungs.sort(finestFirst);
};

const finestFirst = (a: RungSum, b: RungSum): number =>
  UNIT_KINDS.indexOf(a.unitKind) - UNIT_KINDS.indexOf(b.unitKind) ||
  b.resolution - a.resolution ||
  WINDOW_KINDS.indexOf(a.windowKind) - WINDOW_KINDS.indexOf(b.windowKind);

const gatherDwell = async (tables: ReleasedTables): Promise<readonly DwellSum[]> => {
  const rows = await tables.query(
    `SELECT bin_from_s, bin_to_s, sum(visitors) AS visitors FROM dwell
     WHERE status = 'RELEASED' AND unit_kind IN ('store', 'cell', 'region')
     GROUP BY bin_from_s, bin_to_s ORDER BY bin_from_s, bin_to_s NULLS LAST`,
  );
  return rows.map((row) => ({
    fromS: numberOf(row, 'bin_from_s'),
    toS: numberOrNull(row, 'bin_to_s'),
    visitors: numberOf(row, 'visitors'),
  }));
};

const gatherTopStores = async (
  tables: ReleasedTables,
  listed: ReadonlyMap<string, ListedStore>,
): Promise<readonly StoreSum[]> => {
  const rows = await tables.query(
    `SELECT unit_id, sum(visits) AS visits, sum(visitors) AS visitors, sum(hours_covered) AS hours FROM store_day
     WHERE status = 'RELEASED' GROUP BY unit_id ORDER BY visits DESC, unit_id LIMIT ${String(TOP_STORES)}`,
  );
  return rows.map((row) => {
    const id = textOf(row, 'unit_id');
    const store = listed.get(id);
    return {
      id,
      name: store?.name ?? id,
      category: store?.category ?? '',
      visits: numberOf(row, 'visits'),
      visitors: numberOf(row, 'visitors'),
      hoursCovered: numberOf(row, 'hours'),
    };
  });
};

/** One dimension only: `place` and `category` are two looks at the same visitors. */
const gatherTransitions = async (
  tables: ReleasedTables,
  listed: ReadonlyMap<string, ListedStore>,
): Promise<readonly TransitionSum[]> => {
  const rows = await tables.query(
    `SELECT unit_kind, unit_id, to_kind, to_id, sum(visitors) AS visitors FROM transitions
     WHERE status = 'RELEASED' AND dimension = 'category' GROUP BY unit_kind, unit_id, to_kind, to_id`,
  );
  const sums = new Map<string, TransitionSum>();
  for (const row of rows) {
    const from =
      textOf(row, 'unit_kind') === 'store' ? (listed.get(textOf(row, 'unit_id'))?.category ?? null) : null;
    const to = textOf(row, 'to_kind') === 'category' ? textOf(row, 'to_id') : null;
    const key = JSON.stringify([from, to]);
    sums.set(key, { from, to, visitors: (sums.get(key)?.visitors ?? 0) + numberOf(row, 'visitors') });
  }
  return [...sums.values()].sort(mostFirst);
};

const mostFirst = (a: TransitionSum, b: TransitionSum): number =>
  b.visitors - a.visitors || nameOf(a).localeCompare(nameOf(b), 'en');

const nameOf = ({ from, to }: TransitionSum): string => `${from ?? ''} ${to ?? ''}`;
