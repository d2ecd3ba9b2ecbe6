/** Homogeneity: no breakdown says of everyone in a row what nearly everyone did. */
import { beforeAll, expect, test } from 'vitest';
import type { GatePolicy } from '../../src/model/policy.ts';
import type { Breakdowns } from '../support/attacks/adversaries/homogeneity.ts';
import {
  HOMOGENEITY,
  listedBreakdowns,
  tellingShare,
  witnessedBreakdowns,
} from '../support/attacks/adversaries/homogeneity.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { DP_MOST } from '../support/attacks/gate-replay.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Stand } from '../support/attacks/stand.ts';

const LIMIT = 0.9;

let stand: Stand;
let regions: ReadonlySet<string>;
beforeAll(async () => {
  stand = await cityStand();
  introduce(HOMOGENEITY);
  regions = new Set(
    stand
      .release()
      .rows('visits')
      .filter(({ unit_kind }) => unit_kind === 'region')
      .map(({ unit_id }) => unit_id),
  );
  for (const { contributions } of stand.days) {
    for (const { region } of contributions)
      regions = regions.has(region) ? regions : new Set([...regions, region]);
  }
});

const breakdownsOf = (gate: Partial<GatePolicy>): Breakdowns => {
  const releases = stand.release({ gate });
  if (gate.tier !== 'dp') return witnessedBreakdowns(releases, stand.days, regions);
  return listedBreakdowns(releases, stand.days, { ...stand.policy.bounds, perTable: DP_MOST });
};

test.each(['threshold', 'perturbed', 'dp'] as const)(
  'G-11 tier %s: breakdowns that tell of everyone',
  (tier) => {
    const [breakdowns, weakened] = [breakdownsOf({ tier }), breakdownsOf({ tier, homogeneityShare: 1 })];
    expect(breakdowns.size).toBeGreaterThan(20);
    const limits = { threshold: 0, perturbed: 0, dp: 0.05 };
    record({
      id: `homogeneity.${tier}`,
      adversary: HOMOGENEITY.name,
      tier,
      measure: 'share of breakdowns with a part above 90 %',
      value: tellingShare(breakdowns, LIMIT),
      control: tellingShare(weakened, LIMIT),
      controlBar: 0.02,
      bound: limits[tier],
      better: 'lower',
    });
  },
);
