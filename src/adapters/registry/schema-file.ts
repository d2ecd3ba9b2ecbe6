/** Remembers on disk which schemas a registry had, so that a worker can start while the registry is away. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RegisteredSchema } from '../../ports/registry.ts';

const FORMAT = 1;

/** Texts of schemas by topic and id. */
export type SchemaTexts = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** Keeps schemas of one registry: ids of another mean other schemas. */
export class SchemaFile {
  readonly #file: string;
  readonly #url: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string, url: string) {
    this.#file = file;
    this.#url = url;
  }

  /** What is on disk. A file that is missing, broken, or of another registry holds nothing. */
  async read(): Promise<SchemaTexts> {
    try {
      const held = JSON.parse(await readFile(this.#file, 'utf8')) as unknown;
      return isHeld(held) && held.url === this.#url ? textsOf(held) : new Map();
    } catch {
      return new Map();
    }
  }

  /** Replaces the file whole. It is a memory only: what cannot be written is forgotten without a fault. */
  write(texts: SchemaTexts): Promise<void> {
    const topics = Object.fromEntries([...texts].map(([topic, byId]) => [topic, Object.fromEntries(byId)]));
    const content = JSON.stringify({ format: FORMAT, url: this.#url, topics });
    this.#writing = this.#writing.then(() => this.#replace(content).catch(() => undefined));
    return this.#writing;
  }

  async #replace(content: string): Promise<void> {
    const passing = `${this.#file}.${randomBytes(4).toString('hex')}`;
    await mkdir(dirname(this.#file), { recursive: true });
    try {
      const handle = await open(passing, 'wx', 0o600);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(passing, this.#file);
    } catch (cause) {
      await rm(passing, { force: true });
      throw cause;
    }
  }
}

/** The parsed schema, or undefined for text that is no JSON, which no reader accepts. */
export const parsedSchema = (id: number, text: string): RegisteredSchema => {
  try {
    return { id, schema: JSON.parse(text) as unknown };
  } catch {
    return { id, schema: undefined };
  }
};

interface Held {
  readonly url: string;
  readonly topics: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isHeld = (value: unknown): value is Held =>
  isObject(value) &&
  value['format'] === FORMAT &&
  typeof value['url'] === 'string' &&
  isObject(value['topics']) &&
  Object.values(value['topics']).every(
    (byId) => isObject(byId) && Object.values(byId).every((text) => typeof text === 'string'),
  );

const textsOf = ({ topics }: Held): SchemaTexts =>
  new Map(
    Object.entries(topics).map(([topic, byId]) => [
      topic,
      new Map(Object.entries(byId).map(([id, text]) => [Number(id), text])),
    ]),
  );
