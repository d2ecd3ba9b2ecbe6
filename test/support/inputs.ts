/** Small inputs and settings for tests of the command line: the simulated city, single records, and what lies in an output folder. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { readStores, writeCity } from '../../examples/city/write.ts';
import type { Tier } from '../../src/model/policy.ts';

const CITY_FOLDER = 'examples/city';
export const CITY_DAY = '2024-05-15';

/** A day of the simulated city as a folder of inputs. Its positions are out of order, so they are sorted on disk. */
export const smallCity = (folder: string, members: number, seed = 7): string => {
  writeCity(folder, { seed, members, days: 1, startDate: CITY_DAY, stores: readStores(CITY_FOLDER) });
  return folder;
};

/** Records that are found broken before the first position is read: they must not be lost by a restart. */
export const addEarlyFaults = (folder: string): void => {
  writeFileSync(join(folder, 'privacy.consent.broken.jsonl'), '{"deviceId":"d-1","atMs":1}\n{"deviceId":\n');
  writeFileSync(join(folder, 'ref.stores.broken.jsonl'), '{"storeId":"s-1","name":"no place"}\n');
  writeFileSync(join(folder, 'raw.device.no-header.csv'), 'no,such,columns\n1,2,3\n');
};

export interface ConfigOptions {
  /** Folder of the vault; salts imported there are used. */
  readonly vault: string;
  readonly commitEvery?: number;
  /** More lines of YAML, at the top level. */
  readonly more?: string;
  /** `threshold` where rows of two runs with random salts must be the same. */
  readonly tier?: Tier;
}

/** Settings under which a few hundred members give released rows. */
export const writeConfig = (
  path: string,
  { vault, commitEvery = 50_000, tier = 'perturbed', more }: ConfigOptions,
): string => {
  const lines = [
    'policy: { version: 3 }',
    'consent:',
    '  acceptedVersions: { nearbyShops: [2, 3], usageStatistics: [2, 3] }',
    `gate: { tier: ${tier}, k: 5, kBreakdown: 5, drawMax: 1 }`,
    `vault: { path: ${JSON.stringify(vault)} }`,
    `run: { commitEvery: ${commitEvery} }`,
    ...(more === undefined ? [] : [more]),
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
};

export interface Someone {
  readonly deviceId: string;
  readonly memberId?: string;
}

/** A full agreement, or with `granted` false a full withdrawal, as a line of `privacy.consent`. */
export const consentLine = (who: Someone, atMs: number, granted = true): string =>
  `${JSON.stringify({
    ...who,
    atMs,
    policyVersion: 3,
    purposes: {
      nearbyShops: granted,
      usageStatistics: granted,
      fraudPrevention: granted,
      serviceImprovement: granted,
      thirdPartyTracking: granted,
    },
    sources: { location: granted, terminalId: granted, cookies: granted },
  })}\n`;

/** A position as a line of `raw.gps`. */
export const fixLine = (who: Someone, atMs: number, at: { readonly lat: number; readonly lng: number }) =>
  `${JSON.stringify({ ...who, atMs, ...at, accuracyM: 8, origin: 'APP' })}\n`;

/** A store as a file of `ref.stores`. */
export const writeStore = (folder: string, storeId: string, at: { lat: number; lng: number }): void => {
  mkdirSync(folder, { recursive: true });
  const store = { storeId, name: storeId, category: 'test', ...at, radiusM: 60 };
  writeFileSync(join(folder, 'ref.stores.jsonl'), `${JSON.stringify(store)}\n`);
};

/** Files under a folder, hidden ones too, by relative path; none when there is no such folder. */
export const filesUnder = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .sort()
    : [];

/** SHA-256 of every file under a folder, by relative path: equal trees have equal bytes. */
export const digestsOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    filesUnder(folder).map((name) => {
      const hash = createHash('sha256').update(readFileSync(join(folder, name)));
      return [name, hash.digest('hex')];
    }),
  );

/** The objects of a file with one a line. */
export const jsonLines = (path: string): readonly Readonly<Record<string, unknown>>[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

export type Row = Readonly<Record<string, unknown>>;

/** Answers of DuckDB; integers come as numbers. */
export const select = async (sql: string): Promise<readonly Row[]> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};

/** A released table as DuckDB sees it, the folder name as column `day`. */
export const parquetOf = (out: string, table: string): string =>
  `read_parquet('${join(out, 'tables', table, '*', '*.parquet')}', hive_partitioning = true, hive_types = {'day': VARCHAR})`;

/** The rows of a table without their numbers, whose noise is another under other salts. */
export const rowKeysOf = async (out: string, table: string): Promise<readonly object[]> =>
  (await rowsOf(out, table)).map((row) => ({ ...row, visitors: null, visits: null }));

export const rowsOf = (out: string, table: string): Promise<readonly Row[]> =>
  select(`SELECT * FROM ${parquetOf(out, table)} ORDER BY ALL`);
