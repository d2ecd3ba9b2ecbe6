/** Decodes one line of a batch; what cannot be used is told, with its place and size, and left out. */
import type { InputFile } from '../../adapters/files/discover.ts';
import type { LineBatch } from '../../adapters/files/lines.ts';
import type { Quarantine } from '../../flow/outcome.ts';
import type { LineDecoder } from '../../wire/decoder.ts';

/** Called for every record that could not be used. */
export type OnFault = (file: InputFile, line: number, fault: Quarantine, byteCount: number) => void;

/** A batch of one file, or the part of a merged batch that is of one file. */
export interface LinesOf<T> {
  readonly file: InputFile;
  readonly decode: LineDecoder<T>['decode'];
  readonly batch: LineBatch;
}

/** The record of line `i`, or null. Decoders of lines keep or quarantine; they have nothing to drop. */
export const decodeLine = <T>({ file, decode, batch }: LinesOf<T>, i: number, onFault: OnFault): T | null => {
  const line = batch.lines[i] ?? 0;
  const broken = batch.faults.get(i);
  if (broken !== undefined) {
    onFault(file, line, broken.outcome, broken.byteCount);
    return null;
  }
  const text = batch.texts[i] ?? '';
  const outcome = decode(text);
  if (outcome.kind === 'keep') return outcome.value;
  if (outcome.kind === 'quarantine') onFault(file, line, outcome, Buffer.byteLength(text));
  return null;
};
