/** Scratch folders and tiny inputs for the tests of the file adapters. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inputFile } from '../../../../src/adapters/files/discover.ts';
import type { InputFile } from '../../../../src/adapters/files/discover.ts';
import type { LineBatch } from '../../../../src/adapters/files/lines.ts';
import { systemRandomness } from '../../../../src/adapters/system/clock.ts';

/** A folder of its own; `remove` deletes it. */
export class Scratch {
  readonly dir = mkdtempSync(join(tmpdir(), 'oboro-files-'));

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** Writes a file whose name tells its topic; a name in `.gz` is compressed. */
  write(name: string, content: string | Uint8Array): InputFile {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    return this.writeRaw(name, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
  }

  /** Writes the bytes as they are. */
  writeRaw(name: string, bytes: Uint8Array): InputFile {
    writeFileSync(this.path(name), bytes);
    return aFile(this.path(name));
  }

  place(slot = 'input-0', key: Uint8Array = new Uint8Array(32).fill(7)) {
    return { dir: this.path('spool'), slot, key, randomness: systemRandomness };
  }
}

export const aFile = (path: string): InputFile => {
  const file = inputFile(path);
  if (file === null) throw new Error('the test names its file badly');
  return file;
};

/** Event times of the tests are milliseconds after this. */
export const BASE_MS = Date.UTC(2024, 0, 1);
export const LATEST_MS = Date.UTC(2030, 0, 1);

/** A line is `<ms after BASE_MS>,anything`; anything else has no time. */
export const timeOf = (line: string): number | null => {
  const digits = /^-?\d+(?=,|$)/.exec(line);
  return digits === null ? null : BASE_MS + Number(digits[0]);
};

export interface Item {
  readonly line: number;
  readonly text: string;
  /** Reason of a fault, null for a record. */
  readonly fault: string | null;
}

export const itemsOf = (batch: LineBatch): Item[] =>
  batch.texts.map((text, i) => ({
    line: batch.lines[i] ?? -1,
    text,
    fault: batch.faults.get(i)?.outcome.reason ?? null,
  }));

/** All items of a stream of batches. */
export const collect = async (batches: AsyncIterable<LineBatch>): Promise<Item[]> => {
  const items: Item[] = [];
  for await (const batch of batches) items.push(...itemsOf(batch));
  return items;
};
