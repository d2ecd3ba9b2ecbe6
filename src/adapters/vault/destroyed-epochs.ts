/** Remembers which epochs' salts were destroyed, as runs of evenly spaced epoch starts: years of them fit a few lines. */
import type { Audience, SaltName } from '../../model/identity.ts';
import { AUDIENCES } from '../../model/identity.ts';

/** `count` epochs that start at `first`, `first + stepMs`, …; `stepMs` is 0 for a single one. */
export type EpochRun = readonly [first: number, stepMs: number, count: number];

/** Runs per audience, ascending and without overlap: the stored form. */
export type DestroyedRuns = Readonly<Record<Audience, readonly EpochRun[]>>;

/** The set of destroyed epochs. It only grows: a destroyed salt is never made again (G-07). */
export class DestroyedEpochs {
  readonly #runs: Record<Audience, EpochRun[]> = { statistics: [], nearby: [], fraud: [] };

  constructor(runs?: DestroyedRuns) {
    if (runs === undefined) return;
    for (const audience of AUDIENCES) this.#runs[audience] = [...runs[audience]];
  }

  has({ audience, epoch }: SaltName): boolean {
    const runs = this.#runs[audience];
    const run = runs[lastStartingAtOrBefore(runs, epoch)];
    return run !== undefined && contains(run, epoch);
  }

  add(name: SaltName): void {
    if (this.has(name)) return;
    const runs = this.#runs[name.audience];
    const at = lastStartingAtOrBefore(runs, name.epoch);
    const run = runs[at];
    if (run !== undefined && name.epoch < lastOf(run)) runs.splice(at, 1, ...splitAround(run, name.epoch));
    else if (run !== undefined && canGrow(run, name.epoch)) runs[at] = grown(run, name.epoch);
    else runs.splice(at + 1, 0, [name.epoch, 0, 1]);
  }

  runs(): DestroyedRuns {
    return this.#runs;
  }
}

const lastOf = ([first, stepMs, count]: EpochRun): number => first + stepMs * (count - 1);

const contains = (run: EpochRun, start: number): boolean => {
  const [first, stepMs] = run;
  return start === first || (start <= lastOf(run) && (start - first) % stepMs === 0);
};

const canGrow = ([first, stepMs, count]: EpochRun, start: number): boolean =>
  count === 1 || start === first + stepMs * count;

const grown = ([first, stepMs, count]: EpochRun, start: number): EpochRun =>
  count === 1 ? [first, start - first, 2] : [first, stepMs, count + 1];

/** A run cannot hold a start between two of its own: it is cut in two around it. */
const splitAround = ([first, stepMs, count]: EpochRun, start: number): EpochRun[] => {
  const before = Math.ceil((start - first) / stepMs);
  const run = (from: number, n: number): EpochRun => [from, n === 1 ? 0 : stepMs, n];
  return [run(first, before), [start, 0, 1], run(first + stepMs * before, count - before)];
};

const lastStartingAtOrBefore = (runs: readonly EpochRun[], start: number): number => {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle]?.[0] ?? Infinity) <= start) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
