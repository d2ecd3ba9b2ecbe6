/** One-to-one assignments: the cheapest of all (Hungarian method), and the greedy one where there are too many pairs. */

/** Rows and columns are counted from 1; column 0 stands for the row that is being placed. */
class Placing {
  readonly #costs: readonly ArrayLike<number>[];
  readonly #columns: number;
  readonly #rowPrice: Float64Array;
  readonly #columnPrice: Float64Array;
  readonly rowOf: Int32Array;

  constructor(costs: readonly ArrayLike<number>[], columns: number) {
    this.#costs = costs;
    this.#columns = columns;
    this.#rowPrice = new Float64Array(costs.length + 1);
    this.#columnPrice = new Float64Array(columns + 1);
    this.rowOf = new Int32Array(columns + 1);
  }

  /** Places one more row along the cheapest augmenting path. */
  place(row: number): void {
    this.rowOf[0] = row;
    const least = new Float64Array(this.#columns + 1).fill(Number.POSITIVE_INFINITY);
    const done = new Uint8Array(this.#columns + 1);
    const before = new Int32Array(this.#columns + 1);
    let column = 0;
    do {
      done[column] = 1;
      this.#relax(column, { least, done, before });
      const next = nearest(least, done);
      this.#reprice(least, done, least[next] ?? 0);
      column = next;
    } while (this.rowOf[column] !== 0);
    while (column !== 0) {
      const back = before[column] ?? 0;
      this.rowOf[column] = this.rowOf[back] ?? 0;
      column = back;
    }
  }

  #relax(column: number, { least, done, before }: Path): void {
    const row = this.rowOf[column] ?? 0;
    const cost = this.#costs[row - 1] ?? [];
    const price = this.#rowPrice[row] ?? 0;
    for (let j = 1; j <= this.#columns; j++) {
      const reduced = (cost[j - 1] ?? 0) - price - (this.#columnPrice[j] ?? 0);
      if (done[j] === 1 || reduced >= (least[j] ?? 0)) continue;
      least[j] = reduced;
      before[j] = column;
    }
  }

  #reprice(least: Float64Array, done: Uint8Array, delta: number): void {
    for (let j = 0; j <= this.#columns; j++) {
      if (done[j] === 1) {
        const row = this.rowOf[j] ?? 0;
        this.#rowPrice[row] = (this.#rowPrice[row] ?? 0) + delta;
        this.#columnPrice[j] = (this.#columnPrice[j] ?? 0) - delta;
      } else least[j] = (least[j] ?? 0) - delta;
    }
  }
}

interface Path {
  /** Least reduced cost of each column so far. */
  readonly least: Float64Array;
  readonly done: Uint8Array;
  /** The column from which each was reached. */
  readonly before: Int32Array;
}

const nearest = (least: Float64Array, done: Uint8Array): number => {
  let best = 0;
  for (let j = 1; j < least.length; j++)
    if (done[j] === 0 && (best === 0 || (least[j] ?? 0) < (least[best] ?? 0))) best = j;
  return best;
};

/**
 * The column of each row, so that the sum of costs is least. There must be at least as many columns as rows.
 *
 * Shortest augmenting paths with potentials, O(rows² · columns) (Kuhn 1955; Jonker and Volgenant 1987).
 */
export const cheapestAssignment = (
  costs: readonly ArrayLike<number>[],
  columns: number,
): readonly number[] => {
  if (costs.length > columns) throw new RangeError('there are more rows than columns');
  const placing = new Placing(costs, columns);
  costs.forEach((_, i) => {
    placing.place(i + 1);
  });
  const columnOf = new Array<number>(costs.length).fill(-1);
  placing.rowOf.forEach((row, j) => {
    if (j > 0 && row > 0) columnOf[row - 1] = j - 1;
  });
  return columnOf;
};

/** A possible pair and what it costs. */
export interface Pair {
  readonly from: number;
  readonly to: number;
  readonly cost: number;
}

/** Takes pairs from the cheapest on while both sides are free; equal costs in the order given. */
export const greedyAssignment = (pairs: readonly Pair[]): ReadonlyMap<number, number> => {
  const taken = new Set<number>();
  const toOf = new Map<number, number>();
  for (const { from, to } of [...pairs].sort((a, b) => a.cost - b.cost)) {
    if (toOf.has(from) || taken.has(to)) continue;
    toOf.set(from, to);
    taken.add(to);
  }
  return toOf;
};
