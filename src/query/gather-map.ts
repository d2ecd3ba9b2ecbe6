/** Gathers the hexagons of the map: released visits and passings per H3 cell, and the cells that stay withheld. */
import { cellToParent, getResolution, gridDisk, latLngToCell } from 'h3-js';
import type { ReleasedTables } from '../ports/releases.ts';
import { numberOf, textOf } from './record.ts';
import type { CellMap, ListedStore, MapCell } from './report-data.ts';

/** Visits are released per store and per r8 cell, so nothing finer can be drawn for both maps. */
const FINEST = 8;
const COARSEST = 4;
/** More hexagons than this are too small to read on one page. */
const MOST_CELLS = 900;
/** A cell between so many cells of the map is drawn too, so that it has no pinholes. */
const NEIGHBOURS_TO_FILL = 3;

interface CellSum {
  readonly cell: string;
  readonly n: number;
}

/**
 * Cells at the finest resolution at which anything was released and the page stays readable. A row of a finer cell
 * counts into its parent; a row of a wider area stands in no hexagon and is summed apart.
 */
export const gatherMap = async (tables: ReleasedTables, stores: readonly ListedStore[]): Promise<CellMap> => {
  const visits = await sumsOf(tables, 'visits', 'visits');
  const passing = await sumsOf(tables, 'footfall', 'subjects');
  let map = mapAt(startResolution([...visits, ...passing]), { visits, passing, stores });
  while (map.cells.length > MOST_CELLS && map.resolution > COARSEST)
    map = mapAt(map.resolution - 1, { visits, passing, stores });
  return map;
};

const sumsOf = async (tables: ReleasedTables, table: string, column: string): Promise<readonly CellSum[]> => {
  const rows = await tables.query(
    `SELECT cell, sum(${column}) AS n FROM ${table}
     WHERE status = 'RELEASED' AND cell IS NOT NULL AND cell <> '' GROUP BY cell ORDER BY cell`,
  );
  return rows.map((row) => ({ cell: textOf(row, 'cell'), n: numberOf(row, 'n') }));
};

const startResolution = (sums: readonly CellSum[]): number => {
  const finest = Math.max(...sums.map(({ cell }) => getResolution(cell)), -1);
  return finest < 0 ? FINEST : Math.min(FINEST, Math.max(finest, COARSEST));
};

interface MapInput {
  readonly visits: readonly CellSum[];
  readonly passing: readonly CellSum[];
  readonly stores: readonly ListedStore[];
}

const mapAt = (resolution: number, input: MapInput): CellMap => {
  const visits = placed(input.visits, resolution);
  const passing = placed(input.passing, resolution);
  const stores = storesPerCell(input.stores, resolution);
  const shown = filled(new Set([...stores.keys(), ...visits.byCell.keys(), ...passing.byCell.keys()]));
  const cells = [...shown].sort().map((cell): MapCell => ({
    cell,
    visits: visits.byCell.get(cell) ?? null,
    passing: passing.byCell.get(cell) ?? null,
    stores: stores.get(cell) ?? 0,
  }));
  return { resolution, cells, widerVisits: visits.wider, widerPassing: passing.wider };
};

interface Placed {
  readonly byCell: ReadonlyMap<string, number>;
  readonly wider: number;
}

const placed = (sums: readonly CellSum[], resolution: number): Placed => {
  const byCell = new Map<string, number>();
  let wider = 0;
  for (const { cell, n } of sums) {
    if (getResolution(cell) < resolution) wider += n;
    else add(byCell, cellToParent(cell, resolution), n);
  }
  return { byCell, wider };
};

const storesPerCell = (stores: readonly ListedStore[], resolution: number): ReadonlyMap<string, number> => {
  const byCell = new Map<string, number>();
  for (const { lat, lng } of stores) add(byCell, latLngToCell(lat, lng, resolution), 1);
  return byCell;
};

const add = (sums: Map<string, number>, key: string, n: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + n);
};

const filled = (cells: ReadonlySet<string>): ReadonlySet<string> => {
  const near = new Map<string, number>();
  for (const cell of cells) for (const neighbour of gridDisk(cell, 1)) add(near, neighbour, 1);
  const holes = [...near]
    .filter(([cell, n]) => !cells.has(cell) && n >= NEIGHBOURS_TO_FILL)
    .map(([cell]) => cell);
  return new Set([...cells, ...holes]);
};
