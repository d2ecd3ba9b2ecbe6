/** Remembers under which keys finer rows were released, so that a coarser row can say whether it holds all or the rest. */
import type { EventTime, WindowKind } from '../model/time.ts';
import type { Bucket, LadderEnv } from './ladder.ts';

/** The key of a row inside one epoch; `series` is the table, with the dimension where it has one. */
export const rowMark = (series: string, unitId: string, kind: WindowKind, start: EventTime): string =>
  `${series}|${unitId}|${kind}|${String(start)}`;

export const marked = (marks: ReadonlySet<string>, key: string): boolean => marks.has(key);

/** A bucket and the rung it stands on. */
export interface OnRung<E> {
  readonly bucket: Bucket<E>;
  readonly rung: number;
}

/** Marks every coarser key that a released bucket's contributions would have belonged to. */
export const markCoarser = <E>(
  marks: Set<string>,
  series: string,
  { bucket, rung }: OnRung<E>,
  ladder: LadderEnv<E>,
): void => {
  const entry = bucket.entries[0];
  if (entry === undefined) return;
  for (const { windowKind, unitOf } of ladder.rungs.slice(rung + 1)) {
    const unit = unitOf(entry, ladder.units);
    if (unit === null) continue;
    marks.add(rowMark(series, unit.id, windowKind, ladder.windowStart(windowKind, bucket.windowStart)));
  }
};
