/** A sanitize task's state on the log: the operations of every commit, and now and then the whole state, so that restoring stays short. */
import type { SaltName } from '../../model/identity.ts';
import type { Log, Outgoing, Place } from '../../ports/log.ts';
import type { StatePart } from '../fold-runner.ts';
import type {
  ChangelogCodec,
  ChangelogHeader,
  ChangelogRecord,
  Operation,
  OperationWriter,
} from './codecs.ts';

export interface ChangelogOptions {
  readonly codec: ChangelogCodec;
  readonly place: Place;
  readonly log: Log;
  readonly settings: ChangelogSettings;
}

/** A snapshot is written when the operations since the last one are `snapshotFactor` times its size, and so many bytes. */
export interface ChangelogSettings {
  readonly snapshotMinBytes: number;
  readonly snapshotFactor: number;
}

/** Where a commit leaves the task; the changelog adds its number. */
export type Standing = Omit<ChangelogHeader, 'kind' | 'sequence'>;

/** What was read of a changelog, its parts still sealed. */
export interface Saved {
  /** Newest standing. */
  readonly header: ChangelogHeader;
  /** Standing of the state that the operations go on from; `header`'s own start when there is no snapshot. */
  readonly base: ChangelogHeader | null;
  /** Salts that must be at hand, or known to be destroyed, to open it. */
  readonly salts: readonly SaltName[];
  readonly chunks: readonly ChangelogRecord[];
  readonly deltas: readonly ChangelogRecord[];
}

export class Changelog {
  readonly #o: ChangelogOptions;
  #operations: OperationWriter;
  #sequence = 0;
  /** Bytes of operations since the last snapshot, and the size of that snapshot. */
  #grown = 0;
  #snapshotBytes = 0;
  /** Where the partition should end after the commit under way. */
  #end = 0;
  /** Offset of the snapshot that the commit under way holds. */
  #snapshotAt: number | null = null;

  constructor(options: ChangelogOptions) {
    this.#o = options;
    this.#operations = options.codec.writer();
  }

  /** Takes the operations of the next commit. */
  get operations(): OperationWriter {
    return this.#operations;
  }

  /** Bytes that a restore would read: the last snapshot and the operations since. */
  get bytes(): number {
    return this.#snapshotBytes + this.#grown;
  }

  /** Reads the partition to its end; null when nothing was ever saved. */
  async read(): Promise<Saved | null> {
    const { codec, log, place } = this.#o;
    let records: ChangelogRecord[] = [];
    this.#end = await log.readToEnd(place, null, (batch) => {
      for (const { value } of batch.records) {
        if (value === null) continue;
        const record = codec.read(value);
        // A snapshot is written in one transaction: where its start is, all of it is.
        if (record.header.kind === 'snapshot' && !record.isChunk) records = [];
        records.push(record);
      }
    });
    const last = records.at(-1);
    if (last === undefined) return null;
    const [first] = records;
    const base = first?.header.kind === 'snapshot' ? first.header : null;
    const chunks = records.filter(({ header }) => header.kind === 'snapshot');
    const deltas = records.filter(
      ({ header }) => header.kind === 'delta' && (base === null || header.sequence > base.sequence),
    );
    this.#sequence = last.header.sequence + 1;
    this.#snapshotBytes = sizeOf(chunks);
    this.#grown = sizeOf(deltas);
    return { header: last.header, base, salts: saltsOf([...chunks, ...deltas]), chunks, deltas };
  }

  /** One after the other, so that what was restored need not be held twice. */
  *partsOf({ chunks }: Saved): Generator<StatePart> {
    for (const chunk of chunks) yield* this.#o.codec.parts(chunk);
  }

  *operationsOf({ deltas }: Saved): Generator<Operation> {
    for (const delta of deltas) yield* this.#o.codec.operations(delta);
  }

  /** The records of the next commit: its operations, and the whole state when it is time for that. */
  next(standing: Standing, parts: () => readonly StatePart[]): readonly Outgoing[] {
    const { codec, place, settings } = this.#o;
    const header: ChangelogHeader = { ...standing, kind: 'delta', sequence: this.#sequence };
    const values = [...codec.delta(header, this.#operations)];
    this.#operations = codec.writer();
    this.#sequence += 1;
    this.#grown += bytesIn(values);
    this.#snapshotAt = null;
    if (this.#grown > Math.max(settings.snapshotMinBytes, settings.snapshotFactor * this.#snapshotBytes)) {
      const whole = codec.snapshot({ ...header, kind: 'snapshot' }, parts());
      this.#snapshotAt = this.#end + values.length;
      this.#snapshotBytes = bytesIn(whole);
      this.#grown = 0;
      values.push(...whole);
    }
    // One marker ends the transaction in this partition.
    this.#end += values.length + 1;
    return values.map((value) => ({ ...place, key: null, value }));
  }

  /**
   * After a commit: lets the log drop what lies before its snapshot. Only where the partition ends as reckoned, which
   * proves that the reckoned place of the snapshot is right; the marker of the commit may not be written yet. One
   * record more is left, so that being wrong by one would still lose nothing.
   */
  async trim(): Promise<void> {
    const snapshotAt = this.#snapshotAt;
    if (snapshotAt === null) return;
    this.#snapshotAt = null;
    const { log, place } = this.#o;
    const { end } = await log.bounds(place);
    if (end === this.#end || end === this.#end - 1) await log.deleteBefore(place, snapshotAt - 1);
    else this.#end = end;
  }
}

const bytesIn = (values: readonly Buffer[]): number => values.reduce((sum, { length }) => sum + length, 0);

const sizeOf = (records: readonly ChangelogRecord[]): number =>
  records.reduce((sum, { bytes }) => sum + bytes.length, 0);

const saltsOf = (records: readonly ChangelogRecord[]): readonly SaltName[] => {
  const names = new Map<string, SaltName>();
  for (const { salts } of records)
    for (const name of salts) names.set(`${name.audience}|${name.epoch}`, name);
  return [...names.values()];
};
