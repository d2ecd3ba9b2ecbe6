/** How well a score tells two groups apart: area under the ROC curve, and the advantage of the best threshold. */

export interface Scored {
  readonly score: number;
  readonly isTrue: boolean;
}

export interface RocPoint {
  /** Share of the false that are taken for true. */
  readonly falsePositive: number;
  /** Share of the true that are taken for true. */
  readonly truePositive: number;
}

/** The points of the curve from (0, 0) to (1, 1); equal scores are one step. */
export const rocOf = (scored: readonly Scored[]): readonly RocPoint[] => {
  const sorted = [...scored].sort((a, b) => b.score - a.score);
  const trues = scored.filter(({ isTrue }) => isTrue).length;
  const falses = scored.length - trues;
  if (trues === 0 || falses === 0) throw new RangeError('a curve needs both kinds');
  const points: RocPoint[] = [{ falsePositive: 0, truePositive: 0 }];
  let [seenTrue, seenFalse] = [0, 0];
  sorted.forEach(({ score, isTrue }, i) => {
    if (isTrue) seenTrue += 1;
    else seenFalse += 1;
    if (sorted[i + 1]?.score === score) return;
    points.push({ falsePositive: seenFalse / falses, truePositive: seenTrue / trues });
  });
  return points;
};

/** Chance that one of the true scores higher than one of the false, ties counting half (Hanley and McNeil 1982). */
export const areaUnder = (points: readonly RocPoint[]): number => {
  let area = 0;
  points.forEach(({ falsePositive, truePositive }, i) => {
    const before = points[i - 1];
    if (before === undefined) return;
    area += ((falsePositive - before.falsePositive) * (truePositive + before.truePositive)) / 2;
  });
  return area;
};

export const auc = (scored: readonly Scored[]): number => areaUnder(rocOf(scored));

/** Greatest distance of the curve above the diagonal: true positives less false ones. */
export const advantage = (points: readonly RocPoint[]): number =>
  Math.max(...points.map(({ falsePositive, truePositive }) => truePositive - falsePositive));
