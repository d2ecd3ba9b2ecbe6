/** Which share of a region's visits was released on which rung, and which was withheld, in classes. */
import type { Pseudonym } from '../model/identity.ts';
import type { Coverage, ShareClass } from '../model/ledger.ts';
import type { CellId } from '../model/place.ts';
import type { GatePolicy } from '../model/policy.ts';
import type { VisitEntry } from '../model/tally.ts';
import type { Numbers } from './numbers.ts';
import { VISIT_RUNGS } from './rungs.ts';

/** What became of one region's visits so far. Plain data. */
export interface RegionCount {
  /** Published visits by rung. */
  readonly published: number[];
  /** One entry for each visit that fell off the last rung. */
  withheld: readonly Pseudonym[];
}

/** A share is told of a region with this many times k published visits or more. */
const ENOUGH = 20;

const CLASS_EDGES: readonly (readonly [below: number, ShareClass])[] = [
  [0.05, '<5'],
  [0.1, '5-10'],
  [0.25, '10-25'],
  [0.5, '25-50'],
];

const classOf = (share: number): ShareClass => CLASS_EDGES.find(([below]) => share < below)?.[1] ?? '>50';

export const countPublished = (
  regions: Map<CellId, RegionCount>,
  region: CellId,
  { rung, visits }: { readonly rung: number; readonly visits: number },
): void => {
  const { published } = countOf(regions, region);
  published[rung] = (published[rung] ?? 0) + visits;
};

export const countWithheld = (
  regions: Map<CellId, RegionCount>,
  region: CellId,
  entries: readonly VisitEntry[],
): void => {
  const count = countOf(regions, region);
  count.withheld = [...count.withheld, ...entries.map(({ subject }) => subject)];
};

const countOf = (regions: Map<CellId, RegionCount>, region: CellId): RegionCount => {
  const found = regions.get(region) ?? { published: VISIT_RUNGS.map(() => 0), withheld: [] };
  regions.set(region, found);
  return found;
};

/**
 * The classes of each region, in order of regions. They are made of published numbers and of one more, the withheld
 * visits, which has the tier's noise as any other number has.
 */
export const coverageOf = (
  regions: ReadonlyMap<CellId, RegionCount>,
  numbers: Numbers,
  { k }: Pick<GatePolicy, 'k'>,
): readonly Omit<Coverage, 'parameters'>[] =>
  [...regions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([regionId, { published, withheld }]) => {
      const released = published.reduce((sum, n) => sum + n, 0);
      if (released < ENOUGH * k) return [];
      const left = numbers.left('visits.withheld', withheld);
      const share = (n: number): ShareClass => classOf(n / (released + left));
      const byRung = VISIT_RUNGS.map((_, i) => [rungName(i), share(published[i] ?? 0)] as const);
      return [{ regionId, shares: { ...Object.fromEntries(byRung), withheld: share(left) } }];
    });

/** Such as `store hour`, `r8 day` or `region day`. */
const rungName = (i: number): string => {
  const rung = VISIT_RUNGS[i];
  if (rung === undefined) return '';
  const unit = rung.unitKind === 'cell' ? `r${String(rung.resolution)}` : rung.unitKind;
  return `${unit} ${rung.windowKind}`;
};
