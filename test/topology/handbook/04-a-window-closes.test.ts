/**
 * Chapter 4: a window closes.
 *
 * Contributions wait until their hour is over and a grace of thirty minutes has passed. Then the gate looks, once: are
 * there k members and the secret draw on top? If so a row leaves, rounded. If not, nothing shows, and nobody outside
 * can tell too few from none at all.
 */
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../../src/model/policy.ts';
import { aFix, aPolicy, aStay, clock, inOrder, people } from '../../support/builders.ts';
import { drive } from '../../support/drive.ts';

/** So many members have lunch at the bakery; then it is three o'clock. */
const lunch = async (members: number, tier: Tier = 'threshold') => {
  const run = await drive({ policy: aPolicy({ gate: { tier, k: 10, drawMax: 5 } }) });
  const guests = people(members);
  run.consents(guests);
  const stays = guests.map((guest) =>
    aStay({ ...guest, store: 'bakery', from: clock('12:00'), to: clock('12:20') }),
  );
  await run.events(inOrder(stays.flat()));
  await run.fix(aFix({ device: 'a passer-by', at: clock('13:34') }));
  const early = run.released('visits').length;
  await run.fix(aFix({ device: 'a passer-by', at: clock('13:36') }));
  return { run, early, rows: run.released('visits') };
};

describe('G-10 the hour from twelve to one', () => {
  it('closes at half past one and not before', async () => {
    const { early, rows } = await lunch(16);
    expect(early).toBe(0);
    expect(rows).toHaveLength(1);
  });

  it('with sixteen members is released: ten, and at most five more that nobody knows', async () => {
    const { rows } = await lunch(16);
    expect(rows[0]).toMatchObject({
      unit_kind: 'store',
      unit_id: 'bakery',
      window_start: '2024-03-05T12:00:00+09:00',
      holds: 'all',
      // Sixteen, to the nearest five.
      visitors: 15,
      visits: 15,
    });
  });

  it('with ten members is not, since the draw is one at least', async () => {
    expect((await lunch(10)).rows).toEqual([]);
  });

  it('is written into the ledger as it was published: fifteen or sixteen guests leave the same entry', async () => {
    const [fifteen, sixteen] = [await lunch(15), await lunch(16)].map(({ run }) =>
      run.ledger.map(({ entry }) => entry).find(({ type }) => type === 'release'),
    );
    expect(sixteen).toMatchObject({ table: 'visits', windowKind: 'hour', rows: 1 });
    expect(fifteen).toEqual(sixteen);
  });
});

describe('G-14 in the tier perturbed, the default, the same hour', () => {
  it('says a number near the true one, of which nobody can tell whether one guest more was there', async () => {
    const { rows } = await lunch(30, 'perturbed');
    const visitors = Number((rows[0] as { visitors?: number } | undefined)?.visitors);
    expect(visitors % 5).toBe(0);
    // Noise of at most 8, then rounded to the nearest five.
    expect(Math.abs(visitors - 30)).toBeLessThanOrEqual(10);
  });

  it('still takes ten members and the draw: noise lets nobody in', async () => {
    expect((await lunch(10, 'perturbed')).rows).toEqual([]);
  });
});
