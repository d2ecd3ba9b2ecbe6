/** Writes released rows as hive-partitioned Parquet: one file per closed window, under a temporary name first, never rewritten. */
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBAppender, DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Columns } from '../../model/columns.ts';
import { columnsOf } from '../../model/columns.ts';
import type { AnyRow, PlaceTable } from '../../model/table.ts';
import type { Released, WindowRows } from '../../release/released.ts';

/** DuckDB is loaded when the first rows are released, and writes with one thread: equal rows give equal bytes. */
const ENGINE_OPTIONS = { threads: '1', memory_limit: '128MB' } as const;

export class TableWriter {
  readonly #dir: string;
  #engine: Promise<Engine> | null = null;
  readonly #folders = new Set<string>();

  /** `dir` is the folder that holds one folder per table. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Resolves when the file is in its place. A file that is there already was written by the same release. */
  async write({ value }: Released<WindowRows>): Promise<void> {
    const folder = join(this.#dir, value.table, `day=${value.date}`);
    const path = join(folder, fileName(value));
    if (await exists(path)) return;
    if (!this.#folders.has(folder)) {
      await mkdir(folder, { recursive: true });
      this.#folders.add(folder);
    }
    this.#engine ??= startEngine();
    const engine = await this.#engine;
    const temporary = join(folder, `.${fileName(value)}.tmp`);
    await engine.copy(value.table, value.rows, temporary);
    await rename(temporary, path);
  }

  async close(): Promise<void> {
    if (this.#engine !== null) (await this.#engine).close();
    this.#engine = null;
  }
}

/** `hour-20240515T0900+0900.parquet`: the window that closed, in local time. */
export const fileName = ({ windowKind, windowStart }: WindowRows): string =>
  `${windowKind}-${compact(windowStart)}.parquet`;

/** `2024-05-15T09:00:00+09:00` → `20240515T0900+0900`. */
const compact = (iso: string): string => `${iso.slice(0, 16)}${iso.slice(19)}`.replaceAll(/[-:](?=\d)/g, '');

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** One in-memory DuckDB with a scratch table per released table. */
class Engine {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  async copy(table: PlaceTable, rows: readonly AnyRow[], path: string): Promise<void> {
    const columns = columnsOf(table);
    const declared = columns.map(([name, type]) => `${name} ${type}`).join(', ');
    await this.#connection.run(`CREATE TABLE IF NOT EXISTS ${table} (${declared})`);
    const appender = await this.#connection.createAppender(table);
    for (const row of rows) appendRow(appender, row, columns);
    appender.closeSync();
    const target = path.replaceAll("'", "''");
    await this.#connection.run(`COPY ${table} TO '${target}' (FORMAT parquet, COMPRESSION zstd)`);
    await this.#connection.run(`TRUNCATE ${table}`);
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

const startEngine = async (): Promise<Engine> => {
  const { DuckDBInstance: Instance } = await import('@duckdb/node-api');
  const instance = await Instance.create(':memory:', ENGINE_OPTIONS);
  return new Engine(instance, await instance.connect());
};

const appendRow = (appender: DuckDBAppender, row: AnyRow, columns: Columns): void => {
  const values = row as unknown as Readonly<Record<string, string | number | null>>;
  for (const [name, type] of columns) {
    const value = values[name] ?? null;
    if (value === null) appender.appendNull();
    else if (type === 'INTEGER') appender.appendInteger(Number(value));
    else appender.appendVarchar(String(value));
  }
  appender.endRow();
};
