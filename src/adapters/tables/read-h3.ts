/** H3 in SQL: h3-js answers to the names of DuckDB's community extension `h3`, so that queries move there unchanged. */
import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBScalarFunction,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api';
import { cellToBoundary, cellToLatLng, cellToParent, isValidCell } from 'h3-js';

type DuckDb = typeof import('@duckdb/node-api');

/** Answers for one row, or null when the arguments name no cell. */
type Answer = (...args: readonly DuckDBValue[]) => DuckDBValue;

/** 1e-6 degrees are 0.1 m, far below the smallest cell. */
const MICRO = 1e6;
const degrees = (value: number): number => Math.round(value * MICRO) / MICRO;

const onCell =
  (answer: (cell: string, argument: DuckDBValue) => DuckDBValue): Answer =>
  (cell, argument) =>
    typeof cell === 'string' && isValidCell(cell) ? answer(cell, argument ?? null) : null;

const wktOf = (cell: string): string =>
  `POLYGON ((${cellToBoundary(cell, true)
    .map(([lng, lat]) => `${String(degrees(lng))} ${String(degrees(lat))}`)
    .join(', ')}))`;

const parentOf = (cell: string, resolution: DuckDBValue): DuckDBValue =>
  typeof resolution === 'number' && resolution >= 0 && resolution <= Number.parseInt(cell.slice(1, 2), 16)
    ? cellToParent(cell, resolution)
    : null;

/**
 * Registers `h3_cell_to_lat`, `h3_cell_to_lng`, `h3_cell_to_parent` and `h3_cell_to_boundary_wkt` over cells in text
 * form. What names no cell gives NULL.
 */
export const registerH3 = (duckdb: DuckDb, connection: DuckDBConnection): void => {
  const { VARCHAR, DOUBLE, INTEGER } = duckdb;
  const add = (name: string, takes: readonly DuckDBType[], gives: DuckDBType, answer: Answer): void => {
    connection.registerScalarFunction(scalar(duckdb, { name, takes, gives, answer }));
  };
  add(
    'h3_cell_to_lat',
    [VARCHAR],
    DOUBLE,
    onCell((cell) => degrees(cellToLatLng(cell)[0])),
  );
  add(
    'h3_cell_to_lng',
    [VARCHAR],
    DOUBLE,
    onCell((cell) => degrees(cellToLatLng(cell)[1])),
  );
  add('h3_cell_to_parent', [VARCHAR, INTEGER], VARCHAR, onCell(parentOf));
  add('h3_cell_to_boundary_wkt', [VARCHAR], VARCHAR, onCell(wktOf));
};

interface ScalarSpec {
  readonly name: string;
  readonly takes: readonly DuckDBType[];
  readonly gives: DuckDBType;
  readonly answer: Answer;
}

const scalar = (duckdb: DuckDb, spec: ScalarSpec): DuckDBScalarFunction =>
  duckdb.DuckDBScalarFunction.create({
    name: spec.name,
    parameterTypes: spec.takes,
    returnType: spec.gives,
    mainFunction: (_context, input, output) => {
      rowsOf(input).forEach((row, index) => {
        output.setItem(index, spec.answer(...row));
      });
      output.flush();
    },
  });

const rowsOf = (chunk: DuckDBDataChunk): readonly (readonly DuckDBValue[])[] => chunk.getRows();
