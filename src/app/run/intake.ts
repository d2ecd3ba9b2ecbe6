/** Turns lines into records, and notes those that could not be used: counted, located, without their content. */
import type { InputFile } from '../../adapters/files/discover.ts';
import type { LineBatch } from '../../adapters/files/lines.ts';
import type { MergedBatch } from '../../adapters/files/merge.ts';
import type { RawEvent } from '../../model/raw.ts';
import type { EventTime } from '../../model/time.ts';
import type { Counters } from '../../runtime/counters.ts';
import type { LineDecoder } from '../../wire/decoder.ts';
import type { DeadLetter, Located } from './dead-letter.ts';
import { FaultBook } from './dead-letter.ts';
import type { OnFault } from './decode-line.ts';
import { decodeLine } from './decode-line.ts';
import type { RawSource } from './sources.ts';

export interface IntakeOptions {
  readonly files: readonly InputFile[];
  readonly sources: readonly RawSource[];
  readonly counters: Counters;
  readonly deadLetter: (letter: DeadLetter) => void;
  readonly clock: () => EventTime;
}

export class Intake {
  readonly #o: IntakeOptions;
  readonly #files: InputFile[];
  #faults = new FaultBook();

  constructor(options: IntakeOptions) {
    this.#o = options;
    this.#files = [...options.files];
  }

  get faults(): readonly Located[] {
    return this.#faults.examples;
  }

  restore(faults: readonly Located[]): void {
    this.#faults = new FaultBook(faults);
  }

  /** The events of a merged batch. */
  events(batch: MergedBatch): readonly RawEvent[] {
    const { sources, counters } = this.#o;
    const events: RawEvent[] = [];
    for (let i = 0; i < batch.texts.length; i++) {
      const source = sources[batch.sources[i] ?? 0];
      if (source === undefined) continue;
      const { decode, merge } = source;
      const event = decodeLine({ file: merge.file, decode, batch }, i, this.fault);
      if (event !== null) events.push(event);
    }
    counters.add('wire', 'keep', events.length);
    return events;
  }

  /** The records of a batch of one file. */
  records<T>(file: InputFile, { decode }: LineDecoder<T>, batch: LineBatch): readonly T[] {
    const records: T[] = [];
    for (let i = 0; i < batch.texts.length; i++) {
      const record = decodeLine({ file, decode, batch }, i, this.fault);
      if (record !== null) records.push(record);
    }
    return records;
  }

  readonly fault: OnFault = (file, line, fault, byteCount) => {
    this.#o.counters.add('wire', fault.reason);
    this.#faults.note(file.name, line, fault);
    this.#o.deadLetter({
      reason: fault.reason,
      topic: file.topic,
      partition: this.#numberOf(file),
      offset: line,
      schemaId: null,
      byteCount,
      atMs: this.#o.clock(),
    });
  };

  /** An input's number in the manifest; files that appear while following are numbered on. */
  #numberOf(file: InputFile): number {
    const known = this.#files.findIndex(({ path }) => path === file.path);
    return known >= 0 ? known : this.#files.push(file) - 1;
  }
}
