/** Sorts a file by (event time, line) on disk, in runs of bounded size, sealed. */
import { textOf } from './cut.ts';
import type { LineSink } from './cut.ts';
import type { InputFile } from './discover.ts';
import { feedLines } from './lines.ts';
import type { OrderTally } from './order.ts';
import { MAX_RUN_RECORDS, RunBuffer } from './run-buffer.ts';
import type { ScanOptions } from './scan.ts';
import { Pass, stampOf } from './scan.ts';
import type { SortedSpool, SpoolPlace } from './spool.ts';
import { SpoolWriter, openSpool } from './spool.ts';

const RUN_BYTES = 8 * 1_048_576;
const RUN_RECORDS = MAX_RUN_RECORDS / 8;
/** The buffer runs over its mark by at most one chunk, as it is looked at between chunks. */
const CHUNK_BYTES = 1_048_576;

export interface SortOptions extends ScanOptions {
  readonly spool: SpoolPlace;
  /** Line bytes held in memory at once; default 8 MiB, about 30 MB of memory in all. */
  readonly runBytes?: number | undefined;
}

/**
 * Sorts a file, or finds the complete spool that a stopped run made of the same file with the same settings. Lines
 * without a time that can be believed stay beside their predecessor; faults are records like others. The result
 * carries the whole scan.
 *
 * @guarantee G-04 what lies on disk is sealed
 */
export const sortFile = async (file: InputFile, options: SortOptions): Promise<SortedSpool> => {
  const stamp = await settingsOf(file, options);
  return (await openSpool(options.spool, stamp)) ?? (await sortAnew(file, stamp, options));
};

const sortAnew = async (file: InputFile, stamp: string, options: SortOptions): Promise<SortedSpool> => {
  const runBytes = options.runBytes ?? RUN_BYTES;
  const pass = await Pass.of(file, options);
  const run = new RunBuffer(runBytes + CHUNK_BYTES);
  const writer = await SpoolWriter.create(options.spool);
  try {
    for await (const _ of feedLines(file, runSink(run, pass.tally), { ...options, onRaw: pass.onRaw })) {
      if (run.used < runBytes && run.count < RUN_RECORDS) continue;
      await writer.writeRun(run);
      run.clear();
    }
    if (run.count > 0) await writer.writeRun(run);
    return await writer.finish(stamp, pass.result());
  } finally {
    await writer.close();
  }
};

const runSink = (run: RunBuffer, tally: OrderTally): LineSink => ({
  line: (cut, start, end, line) => {
    const key = tally.note(textOf(cut, start, end), line);
    run.copy(cut.bytes, start, end);
    run.place(key, line, end - start);
  },
  fault: (line, fault) => {
    run.addFault(tally.note(null, line), line, fault);
  },
});

const settingsOf = async (file: InputFile, options: SortOptions): Promise<string> => {
  const { bytes, modifiedMs } = await stampOf(file);
  const { latestMs, latenessMs, maxLineBytes = null } = options;
  return JSON.stringify([file.name, file.format, bytes, modifiedMs, latestMs, latenessMs, maxLineBytes]);
};
