/** Writes a simulated city as a folder of input files, in the names that `oboro run --input` looks for. */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { generateCity } from './city.ts';
import type { CityOptions } from './city.ts';
import { parseSensitive, parseStores } from './places.ts';
import type { CityStore } from './places.ts';
import type { CityEvent, CityTopic } from './records.ts';

const FILES: Readonly<Record<CityTopic, string>> = {
  'raw.gps': 'raw.gps.jsonl',
  'raw.device': 'raw.device.jsonl',
  'raw.access-log': 'raw.access-log.jsonl',
  'web.log': 'web.log',
  'privacy.consent': 'privacy.consent.jsonl',
  'privacy.erasure': 'privacy.erasure.jsonl',
};

const README = `This folder is a SIMULATION.

All people, terminals, trips, visits and web pages in it are SIMULATED: made by a seeded program, none of them
observed. The stores are real places as they stood in 2013 (friedbunny/konbini, MIT licence); some have closed
since, and nothing here says anything about the business of any of them. The two sensitive places are made up.
Some records are wrong on purpose.
`;

const FLUSH_CHARS = 1 << 20;

/** Lines gathered into large writes. */
class LineFile {
  lines = 0;
  readonly #file: number;
  #pending: string[] = [];
  #chars = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  add(line: string): void {
    this.#pending.push(line);
    this.lines++;
    this.#chars += line.length;
    if (this.#chars >= FLUSH_CHARS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    writeSync(this.#file, `${this.#pending.join('\n')}\n`);
    this.#pending = [];
    this.#chars = 0;
  }
}

/** The stores of this folder: the real ones and the simulated sensitive places. */
export const readStores = (folder: string): readonly CityStore[] => [
  ...parseStores(readFileSync(join(folder, 'stores.csv'), 'utf8')),
  ...parseSensitive(readFileSync(join(folder, 'sensitive.jsonl'), 'utf8')),
];

const HEAD = 'storeId,name,category,lat,lng,radiusM,minDwellS,sensitive,closed';

const storeLine = (store: CityStore): string =>
  [
    `${store.storeId},${store.name},${store.category}`,
    `${store.lat.toFixed(6)},${store.lng.toFixed(6)}`,
    `${String(store.radiusM)},${String(store.minDwellS)}`,
    `${String(store.sensitive)},${String(store.closed)}`,
  ].join(',');

/** The store lists by file name. */
const storeFiles = (stores: readonly CityStore[]): Readonly<Record<string, string>> => {
  const circles = stores.filter((store) => store.polygon === null);
  const polygons = stores.filter((store) => store.polygon !== null);
  return {
    'ref.stores.csv': [HEAD, ...circles.map(storeLine), ''].join('\n'),
    'ref.stores.sensitive.jsonl': polygons.map((store) => `${JSON.stringify(store)}\n`).join(''),
  };
};

/** Says which city a folder holds: the options of `generateCity`, without the stores. */
export const CITY_FILE = 'city.json';

const cityFile = ({ seed, members, days, startDate }: CityOptions): string =>
  `${JSON.stringify({ generator: 'oboro examples/city', seed, members, days, startDate })}\n`;

const lineOf = (event: CityEvent): string => ('line' in event ? event.line : JSON.stringify(event.record));

/** Lines written to each file of events, by file name. */
export type WrittenLines = Readonly<Record<string, number>>;

/** Writes the city into a folder, which is made when missing; equal options give equal bytes. */
export const writeCity = (dir: string, options: CityOptions): WrittenLines => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'README.txt'), README);
  writeFileSync(join(dir, CITY_FILE), cityFile(options));
  for (const [name, text] of Object.entries(storeFiles(options.stores))) writeFileSync(join(dir, name), text);
  const names = Object.entries(FILES) as readonly (readonly [CityTopic, string])[];
  const files = new Map(names.map(([topic, name]) => [topic, new LineFile(join(dir, name))] as const));
  try {
    for (const event of generateCity(options)) files.get(event.topic)?.add(lineOf(event));
  } finally {
    for (const file of files.values()) file.close();
  }
  return Object.fromEntries(names.map(([topic, name]) => [name, files.get(topic)?.lines ?? 0]));
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** SHA-256 (hex) of each data file that `writeCity` would write, by file name: a folder that differs is no such city. */
export const cityDigests = (options: CityOptions): Readonly<Record<string, string>> => {
  const names = Object.entries(FILES) as readonly (readonly [CityTopic, string])[];
  const hashes = new Map(names.map(([topic]) => [topic, createHash('sha256')] as const));
  for (const event of generateCity(options)) hashes.get(event.topic)?.update(`${lineOf(event)}\n`);
  const events = names.map(([topic, name]) => [name, hashes.get(topic)?.digest('hex') ?? ''] as const);
  const stores = Object.entries(storeFiles(options.stores)).map(
    ([name, text]) => [name, sha256(text)] as const,
  );
  return Object.fromEntries([...events, ...stores]);
};
