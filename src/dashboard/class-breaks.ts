/** Classes of a choropleth: few steps that hold about equally many cells. */

/** One class; both ends are values that occur. */
export interface ValueClass {
  readonly from: number;
  readonly to: number;
}

/**
 * Quantile classes over the values. Equal values never fall into two classes, so there may be fewer than asked for.
 *
 * @param most at least 1
 */
export const classesOf = (values: readonly number[], most: number): readonly ValueClass[] => {
  const sorted = [...values].sort((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  const starts = new Set<number>(distinct.slice(0, 1));
  for (let step = 1; step < most; step += 1) {
    const value = sorted[Math.floor((step * sorted.length) / most)];
    if (value !== undefined) starts.add(value);
  }
  const froms = [...starts].sort((a, b) => a - b);
  return froms.map((from, index) => {
    const next = froms[index + 1] ?? Infinity;
    return { from, to: distinct.findLast((value) => value < next) ?? from };
  });
};

/** Index of the class that holds the value; −1 below the first. */
export const classOf = (classes: readonly ValueClass[], value: number): number =>
  classes.findLastIndex(({ from }) => value >= from);

/** Spreads fewer classes over the whole ramp, so that the lowest and the highest colour are always used. */
export const rampStep = (index: number, classes: number, steps: number): number =>
  classes <= 1 ? steps - 1 : Math.round((index * (steps - 1)) / (classes - 1));
