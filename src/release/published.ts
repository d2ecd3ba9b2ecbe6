/** From true counts to published numbers: rounding, and parts that add up to their whole. The noise of the perturbed tier goes here too. */

/** Rounds to the nearest multiple of `step`, halves up. */
export const roundTo = (n: number, step: number): number => Math.floor(n / step + 0.5) * step;

/** The published number of people of a released row: rounded, and never below k. */
export const publishedCount = (n: number, k: number, step: number): number => Math.max(k, roundTo(n, step));

/**
 * Fits parts to a published whole by largest remainder (Hamilton's method): each part becomes a multiple of `step`,
 * and together they are exactly `whole`. Ties go to the earlier part. `whole` must be a multiple of `step`.
 *
 * @guarantee G-14
 */
export const fitParts = (parts: readonly number[], whole: number, step: number): readonly number[] => {
  const fitted = parts.map((n) => Math.floor(n / step) * step);
  const byRemainder = parts
    .map((n, index) => ({ index, remainder: n % step }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  let open = (whole - fitted.reduce((sum, n) => sum + n, 0)) / step;
  for (let i = 0; open !== 0 && byRemainder.length > 0; i = (i + 1) % byRemainder.length) {
    const next = byRemainder[open > 0 ? i : byRemainder.length - 1 - i];
    if (next === undefined) break;
    const change = open > 0 ? step : -step;
    const value = (fitted[next.index] ?? 0) + change;
    if (value >= 0) {
      fitted[next.index] = value;
      open -= Math.sign(open);
    }
  }
  return fitted;
};
