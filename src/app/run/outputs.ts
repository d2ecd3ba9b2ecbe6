/** Everything an embedded run writes under OUT: growing files with committed lengths, the ledger, and the tables. */
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { AppendFile } from '../../adapters/output/append-file.ts';
import { TableWriter } from '../../adapters/tables/write.ts';
import { canonicalJson } from '../../flow/canonical.ts';
import { OboroError } from '../../model/errors.ts';
import type { LedgerLine } from '../../model/ledger.ts';
import type { SanitizedLocation } from '../../model/sanitized.ts';
import type { Released, WindowRows } from '../../release/released.ts';
import type { DeadLetter } from './dead-letter.ts';

const FILES = {
  locations: 'location.sanitized.jsonl',
  fraud: 'fraud.signals.jsonl',
  deadLetters: 'dead-letter.jsonl',
  ledger: 'ledger.jsonl',
} as const;
type FileKey = keyof typeof FILES;

/** Committed length of each growing file, bytes. */
export type Lengths = Readonly<Record<FileKey, number>>;

export const NO_LENGTHS: Lengths = { locations: 0, fraud: 0, deadLetters: 0, ledger: 0 };

/** Windows whose files may wait at once before the run waits for them. */
const MAX_WAITING_TABLES = 32;

export class Outputs {
  readonly #files: Readonly<Record<FileKey, AppendFile>>;
  readonly #tables: TableWriter;
  /** Ledger lines that a run killed after its last commit had already written: they must come again, equal. */
  readonly #expected: string[];
  readonly #queue: Released<WindowRows>[] = [];

  private constructor(files: Record<FileKey, AppendFile>, tables: TableWriter, expected: string[]) {
    this.#files = files;
    this.#tables = tables;
    this.#expected = expected;
  }

  /**
   * Opens all files and cuts them back to what was committed. `repeats` says that the lost part will be the same again:
   * a followed input may have grown meanwhile.
   */
  static async open(out: string, lengths: Lengths, repeats = true): Promise<Outputs> {
    const expected = repeats ? await linesBeyond(join(out, FILES.ledger), lengths.ledger) : [];
    const files = {
      locations: await AppendFile.open(join(out, FILES.locations), lengths.locations),
      fraud: await AppendFile.open(join(out, FILES.fraud), lengths.fraud),
      deadLetters: await AppendFile.open(join(out, FILES.deadLetters), lengths.deadLetters),
      ledger: await AppendFile.open(join(out, FILES.ledger), lengths.ledger),
    };
    return new Outputs(files, new TableWriter(join(out, 'tables')), expected);
  }

  location(record: SanitizedLocation): void {
    this.#files.locations.line(locationJson(record));
  }

  deadLetter(letter: DeadLetter): void {
    this.#files.deadLetters.line(JSON.stringify(letter));
  }

  /** Throws LEDGER_BROKEN when a repeated part of the run does not give what it gave before. */
  ledger(line: LedgerLine): void {
    const text = canonicalJson(line);
    const before = this.#expected.shift();
    if (before !== undefined && before !== text) {
      throw new OboroError(
        'LEDGER_BROKEN',
        'the run went on from its saved state and came to another ledger',
        {
          hint: 'Keep the output directory as it is and report this; start again with an empty --out directory.',
        },
      );
    }
    this.#files.ledger.line(text);
  }

  release(released: Released<WindowRows>): void {
    this.#queue.push(released);
  }

  /** Writes tables that wait, and buffers that are full; to be awaited between batches. */
  async drain(): Promise<void> {
    if (this.#queue.length >= MAX_WAITING_TABLES) await this.#writeTables();
    for (const file of Object.values(this.#files)) if (file.full) await file.flush();
  }

  /** Everything handed over so far is in the files when it resolves; returns their lengths. */
  async flush(): Promise<Lengths> {
    await this.#writeTables();
    const entries = Object.entries(this.#files) as [FileKey, AppendFile][];
    for (const [, file] of entries) await file.flush();
    return Object.fromEntries(entries.map(([key, file]) => [key, file.length])) as Lengths;
  }

  async close(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.close();
    await this.#tables.close();
  }

  async #writeTables(): Promise<void> {
    for (const released of this.#queue.splice(0)) await this.#tables.write(released);
  }
}

/** One line of `location.sanitized.jsonl`, fields as the contract names them. */
export const locationJson = (record: SanitizedLocation): string =>
  JSON.stringify({
    pseudonym: record.pseudonym,
    epoch: record.epoch,
    cell: record.cell,
    resolution: record.resolution,
    bucketStartMs: record.bucketStart,
    bucketS: record.bucketS,
    requestId: record.requestId,
    expiresAtMs: record.expiresAt,
  });

const linesBeyond = async (path: string, length: number): Promise<string[]> => {
  try {
    const bytes = await readFile(path);
    const lines = bytes.subarray(length).toString('utf8').split('\n');
    // The last piece is empty, or a line that the kill cut short.
    return lines.slice(0, -1);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
};
