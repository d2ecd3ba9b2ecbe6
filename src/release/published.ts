/** From true counts to published numbers: rounding, and parts that add up to their whole. */

/** Rounds to the nearest multiple of `step`, halves up. */
export const roundTo = (n: number, step: number): number => Math.floor(n / step + 0.5) * step;

/** The published number of people of a released row: rounded, and never below k. */
export const publishedCount = (n: number, k: number, step: number): number => Math.max(k, roundTo(n, step));

export interface Fitting {
  /** A multiple of `step`. */
  readonly whole: number;
  readonly step: number;
  /** No part becomes less; rounded up to a multiple of `step`. */
  readonly least: number;
}

/**
 * Fits parts to a published whole by largest remainder (Hamilton's method): each part becomes a multiple of `step`,
 * and together they are exactly `whole`. Ties go to the earlier part. Null when not every part can have its least.
 *
 * @guarantee G-14
 */
export const fitParts = (
  parts: readonly number[],
  { whole, step, least }: Fitting,
): readonly number[] | null => {
  const floor = Math.ceil(least / step) * step;
  if (parts.length === 0 || floor * parts.length > whole) return null;
  const fitted = parts.map((n) => Math.max(floor, Math.floor(n / step) * step));
  const byRemainder = parts
    .map((n, index) => ({ index, remainder: n - Math.floor(n / step) * step }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  let open = Math.round((whole - fitted.reduce((sum, n) => sum + n, 0)) / step);
  for (let i = 0; open !== 0; i = (i + 1) % byRemainder.length) {
    const next = byRemainder[open > 0 ? i : byRemainder.length - 1 - i];
    if (next === undefined) break;
    const value = (fitted[next.index] ?? 0) + Math.sign(open) * step;
    if (value < floor) continue;
    fitted[next.index] = value;
    open -= Math.sign(open);
  }
  return fitted;
};
