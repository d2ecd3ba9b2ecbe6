/** Side channels: one person more or less where too few are changes no published byte. */
import { beforeAll, expect, test } from 'vitest';
import {
  SIDE_CHANNELS,
  withCounter,
  published,
  quietDay,
  tellingDays,
} from '../support/attacks/adversaries/side-channels.ts';
import { introduce, record } from '../support/attacks/score.ts';

const DAYS = 100;

beforeAll(() => {
  introduce(SIDE_CHANNELS);
});

// In the tier dp nothing is withheld: there, noise is what stands between (exact-but-one, membership).
test.each(['threshold', 'perturbed'] as const)('G-13 G-15 tier %s: nothing is said by the way', (tier) => {
  const days = Array.from({ length: DAYS }, (_, i) => quietDay(i + 1));
  expect(published(tier, days[0]?.visits ?? []).length).toBeGreaterThan(1_000);
  record({
    id: `side-channels.${tier}`,
    adversary: SIDE_CHANNELS.name,
    tier,
    measure: 'share of days on which any published byte tells that somebody was there',
    value: tellingDays(days, (visits) => published(tier, visits)),
    control: tellingDays(days, (visits) => withCounter(tier, visits)),
    controlBar: 0.9,
    bound: 0,
    better: 'lower',
    tolerance: 0,
  });
});
