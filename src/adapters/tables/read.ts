/** Reads the released tables of an output directory into DuckDB, in memory, for queries that can only read them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection, JS } from '@duckdb/node-api';
import { OboroError } from '../../model/errors.ts';
import type { TableName } from '../../model/table.ts';
import { TABLES } from '../../model/table.ts';
import type { ReleasedRecord, ReleasedTables } from '../../ports/releases.ts';
import type { ReadColumn } from './read-columns.ts';
import { readColumns } from './read-columns.ts';
import { registerH3 } from './read-h3.ts';
import { DERIVED_VIEWS } from './read-views.ts';

type DuckDb = typeof import('@duckdb/node-api');

/** DuckDB's own memory, on top of Node's; it writes nothing to disk. */
const MEMORY_LIMIT = '512MB';
const THREADS = '2';

/**
 * Opens the released tables under `DIR/tables` as they are now; files that come later are not seen.
 *
 * Every table of the contract is there, empty when the run wrote none, with `day`, `hex_id`, `latitude` and
 * `longitude` added; `store_day` and `week_on_week` are views over them. Numbers of rows that are not released read
 * as null whatever the file says. Once the tables are loaded the engine can reach neither files nor network, its
 * configuration is locked, and only single SELECT or EXPLAIN statements run.
 *
 * @throws OboroError `INPUT_INVALID` when a Parquet file cannot be read, `USAGE` when a query is refused or fails.
 */
export const openTables = async (dir: string): Promise<ReleasedTables> => {
  const duckdb = await import('@duckdb/node-api');
  const instance = await duckdb.DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    threads: THREADS,
    temp_directory: '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  const close = (): Promise<void> => {
    connection.closeSync();
    instance.closeSync();
    return Promise.resolve();
  };
  try {
    registerH3(duckdb, connection);
    for (const table of TABLES) await load(connection, dir, table);
    for (const view of DERIVED_VIEWS) await connection.run(view);
    await lock(connection);
  } catch (error) {
    await close();
    throw error;
  }
  return { query: (sql) => select(duckdb, connection, sql), close };
};

const lock = async (connection: DuckDBConnection): Promise<void> => {
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
};

const load = async (connection: DuckDBConnection, dir: string, table: TableName): Promise<void> => {
  const files = await parquetFiles(join(dir, 'tables', table));
  const columns = readColumns(table);
  const rows = files.length === 0 ? emptyRows(columns) : fileRows(columns, files);
  try {
    await connection.run(
      `CREATE TABLE ${table} AS SELECT *, cell AS hex_id, h3_cell_to_lat(cell) AS latitude,
       h3_cell_to_lng(cell) AS longitude FROM (${rows})`,
    );
  } catch (cause) {
    throw new OboroError(
      'INPUT_INVALID',
      `the files of table ${table} are not released tables of this version`,
      {
        cause,
        hint: 'every file must be Parquet with the columns of the contract, section 3',
      },
    );
  }
};

/** The written files, in name order; what the writer has not yet renamed does not end in `.parquet`. */
const parquetFiles = async (dir: string): Promise<readonly string[]> => {
  const days = (await namesIn(dir)).filter((name) => /^day=\d{4}-\d{2}-\d{2}$/.test(name));
  const found = await Promise.all(
    days.map(async (day) =>
      (await namesIn(join(dir, day)))
        .filter((name) => name.endsWith('.parquet') && !name.startsWith('.'))
        .map((name) => join(dir, day, name)),
    ),
  );
  return found.flat();
};

const namesIn = async (dir: string): Promise<readonly string[]> => {
  try {
    return (await readdir(dir)).sort();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR'))
      return [];
    throw new OboroError('INPUT_INVALID', 'the directory of the released tables cannot be listed', { cause });
  }
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const emptyRows = (columns: readonly ReadColumn[]): string =>
  `SELECT ${columns.map(({ name, type }) => `NULL::${type} AS ${name}`).join(', ')}, NULL::VARCHAR AS day WHERE false`;

const fileRows = (columns: readonly ReadColumn[], files: readonly string[]): string =>
  `SELECT ${columns.map(readColumn).join(', ')}, day FROM read_parquet([${files.map(quoted).join(', ')}],
   hive_partitioning = true, hive_types = {'day': VARCHAR})`;

/** @guarantee G-13 A row that is not released shows no number, even if a file holds one. */
const readColumn = ({ name, type, count }: ReadColumn): string =>
  count
    ? `CASE WHEN status = 'RELEASED' THEN ${name}::${type} END AS ${name}`
    : `${name}::${type} AS ${name}`;

const select = async (
  duckdb: DuckDb,
  connection: DuckDBConnection,
  sql: string,
): Promise<readonly ReleasedRecord[]> => {
  try {
    await refuseOthers(duckdb, connection, sql);
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJS().map(plainRecord);
  } catch (cause) {
    if (cause instanceof OboroError) throw cause;
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new OboroError('USAGE', `the query failed: ${reason ?? ''}`, { cause });
  }
};

const refuseOthers = async (duckdb: DuckDb, connection: DuckDBConnection, sql: string): Promise<void> => {
  const statements = await connection.extractStatements(sql);
  const { SELECT, EXPLAIN } = duckdb.StatementType;
  if (statements.count === 1) {
    const statement = await statements.prepare(0);
    const type = statement.statementType;
    statement.destroySync();
    if (type === SELECT || type === EXPLAIN) return;
  }
  throw new OboroError('USAGE', 'only one SELECT statement at a time is accepted');
};

const plainRecord = (row: Readonly<Record<string, JS>>): ReleasedRecord =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));

/** Sums come back as bigint; released counts stay far below 2^53. */
const plain = (value: JS): ReleasedRecord[string] => {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner));
};
