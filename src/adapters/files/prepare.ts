/** Makes an input ready to be merged: looks whether it is in order, and sorts it on disk when it is not. */
import type { InputFile } from './discover.ts';
import type { ScanResult } from './order.ts';
import { scanUntilDisorder, stampOf } from './scan.ts';
import type { SortOptions } from './sort.ts';
import { sortFile } from './sort.ts';
import type { SortedSpool } from './spool.ts';
import { removeSpool } from './spool.ts';

export interface PrepareOptions extends SortOptions {
  /** What an earlier part of the run found; believed while the file's size and modification time are the same. */
  readonly known?: ScanResult | undefined;
}

export interface PreparedInput {
  readonly file: InputFile;
  /** Complete; compare its digest with an earlier part's to know whether the input changed. */
  readonly scan: ScanResult;
  /** Null when the file is in order within the lateness. */
  readonly spool: SortedSpool | null;
}

/**
 * Scans a file, and sorts it when a line is behind the newest before it by more than the lateness. A spool left at
 * its place is used again when it is complete and of the same input, else removed. Throws as `byteChunks` does, and
 * OUTPUT_DENIED when the spool folder cannot be written.
 */
export const prepareInput = async (file: InputFile, options: PrepareOptions): Promise<PreparedInput> => {
  const known = await stillTrue(file, options.known);
  const scan = known === null ? await scanUntilDisorder(file, options) : known.inOrder ? known : null;
  if (scan !== null) {
    await removeSpool(options.spool);
    return { file, scan, spool: null };
  }
  const spool = await sortFile(file, options);
  return { file, scan: spool.index.scan, spool };
};

const stillTrue = async (file: InputFile, known: ScanResult | undefined): Promise<ScanResult | null> => {
  if (known === undefined) return null;
  const { bytes, modifiedMs } = await stampOf(file);
  return known.bytes === bytes && known.modifiedMs === modifiedMs ? known : null;
};
