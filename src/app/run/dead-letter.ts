/** What is kept of a record that could not be used: why and where, never its content. */
import type { Quarantine } from '../../flow/outcome.ts';
import type { QuarantineReason } from '../../model/reasons.ts';
import type { EventTime } from '../../model/time.ts';
import type { FileTopic } from '../../wire/decoder.ts';

/** One line of `dead-letter.jsonl`. For files the partition is the input's number in the manifest, the offset its line. */
export interface DeadLetter {
  readonly reason: QuarantineReason;
  readonly topic: FileTopic;
  readonly partition: number;
  readonly offset: number;
  readonly schemaId: null;
  readonly byteCount: number;
  readonly atMs: EventTime;
}

/** Where a fault is, for people: file, line, field and what was expected. */
export interface Located {
  readonly file: string;
  readonly line: number;
  readonly reason: QuarantineReason;
  readonly field: string | null;
  readonly expected: string | null;
}

/** Examples kept per file and reason; the dead letters have them all. */
const EXAMPLES = 3;

/** Collects the first few faults of each kind in each file. */
export class FaultBook {
  readonly #examples: Located[];
  readonly #counts = new Map<string, number>();

  constructor(examples: readonly Located[] = []) {
    this.#examples = [...examples];
    for (const located of examples) this.#count(located);
  }

  note(file: string, line: number, { reason, field, expected }: Quarantine): void {
    // The name of a field that we do not know is content, too.
    const known = reason === 'unknown_field' ? null : field;
    const located: Located = { file, line, reason, field: known, expected };
    if (this.#count(located) <= EXAMPLES) this.#examples.push(located);
  }

  get examples(): readonly Located[] {
    return this.#examples;
  }

  #count({ file, reason }: Located): number {
    const key = `${file}|${reason}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }
}

/** `raw.gps.jsonl:12: lat: expected a number −90…90 (invalid_field)`. */
export const sentenceOf = ({ file, line, reason, field, expected }: Located): string => {
  const what = [field, expected === null ? null : `expected ${expected}`].filter((part) => part !== null);
  return `${file}:${String(line)}: ${what.length === 0 ? '' : `${what.join(': ')} `}(${reason})`;
};
