import { describe, expect, it } from 'vitest';
import type { SaltName } from '../../../src/model/identity.ts';
import { DAY_MS, HOUR_MS, epochStart, watermark } from '../../../src/model/time.ts';
import type { SaltVault } from '../../../src/ports/salts.ts';
import { KeyRing } from '../../../src/runtime/key-ring.ts';
import { SaltKeeper } from '../../../src/runtime/salt-keeper.ts';
import { calendarOf } from '../../../src/topology/parts.ts';
import { EPOCH, aPolicy, clock } from '../../support/builders.ts';
import { aVault } from '../../support/drive.ts';

const policy = aPolicy();
const calendar = calendarOf(policy);
const aKeeper = (vault: SaltVault = aVault(), ring = new KeyRing()) => {
  const { latenessMs, gate: grace } = policy;
  return { vault, ring, keeper: new SaltKeeper({ vault, ring, calendar, grace, latenessMs }) };
};
const statistics = (epoch = EPOCH): SaltName => ({ audience: 'statistics', epoch });
const nearby = (time: string, day = 0): SaltName => ({
  audience: 'nearby',
  epoch: epochStart(clock(time, day)),
});
const NOW = watermark(clock('12:00'));
const shown = (names: readonly SaltName[]) =>
  names.map(({ audience, epoch }) => `${audience} ${String((epoch - EPOCH) / HOUR_MS)}`);

describe('G-07 fetch', () => {
  it('fetches what events need, each once, and gives the births', async () => {
    const { keeper, ring } = aKeeper();
    for (const time of ['12:10', '12:20', '13:05', '12:30']) keeper.want(clock(time));
    const born = await keeper.fetch(NOW);
    expect(
      born
        .map(({ audience, epochStartMs }) => `${audience} ${String((epochStartMs - EPOCH) / HOUR_MS)}`)
        .sort(),
    ).toEqual(['nearby 8', 'nearby 9', 'statistics 0']);
    expect(born.every(({ commitment }) => /^[0-9a-f]{64}$/u.test(commitment))).toBe(true);
    expect(ring.held()).toHaveLength(3);
    keeper.want(clock('12:10'));
    expect(await keeper.fetch(NOW)).toEqual([]);
  });

  it('takes the day from 04:00 to 04:00 as one epoch', async () => {
    const { keeper, ring } = aKeeper();
    for (const at of [clock('04:00'), clock('23:00'), clock('03:59', 1), clock('04:00', 1)]) keeper.want(at);
    await keeper.fetch(watermark(clock('03:59', 1)));
    expect(
      ring
        .held()
        .filter(({ audience }) => audience === 'statistics')
        .map(({ epoch }) => epoch),
    ).toEqual([EPOCH, EPOCH + DAY_MS]);
  });

  it('makes no salt for an epoch that is over at the watermark: it stays closed', async () => {
    const { keeper, ring } = aKeeper();
    keeper.want(clock('12:00', -2));
    expect(await keeper.fetch(NOW)).toEqual([]);
    expect(ring.held()).toEqual([]);
    expect(ring.keyOf(statistics(epochStart(EPOCH - 2 * DAY_MS)), 'pseudonym')).toBeNull();
  });

  it('takes a destroyed salt for closed', async () => {
    const vault = aVault();
    await vault.hold([statistics()]);
    await vault.destroy([statistics()]);
    const { keeper, ring } = aKeeper(vault);
    keeper.want(clock('12:00'));
    await keeper.fetch(NOW);
    expect(ring.keyOf(statistics(), 'pseudonym')).toBeNull();
    expect(shown(ring.held())).toEqual(['nearby 8']);
  });
});

describe('G-07 death', () => {
  it.each<[SaltName, string, number]>([
    [statistics(), '06:00', 1],
    [nearby('12:00'), '13:05', 0],
  ])('of %j comes after its last release', (name, time, day) => {
    expect(aKeeper().keeper.deathOf(name)).toBe(clock(time, day));
  });

  it('of a day is at most 36 hours after its end', () => {
    expect(aKeeper().keeper.deathOf(statistics()) - (EPOCH + DAY_MS)).toBeLessThanOrEqual(36 * HOUR_MS);
  });

  it('is due at its moment, oldest first, and not again once it is retired', async () => {
    const { keeper, ring } = aKeeper();
    for (const time of ['12:10', '13:05', '14:05']) keeper.want(clock(time));
    await keeper.fetch(NOW);
    expect(keeper.due(watermark(clock('13:05') - 1))).toEqual([]);
    expect(shown(keeper.due(watermark(clock('13:05'))))).toEqual(['nearby 8']);
    ring.retire(nearby('12:00'));
    expect(keeper.due(watermark(clock('13:05')))).toEqual([]);
    expect(shown(keeper.due(watermark(clock('06:00', 1))))).toEqual([
      'statistics 0',
      'nearby 9',
      'nearby 10',
    ]);
  });

  it('of nothing is never due', () => {
    expect(aKeeper().keeper.due(watermark(clock('12:00', 90)))).toEqual([]);
  });
});

describe('G-07 resume', () => {
  it('fetches the salts of a saved state from the vault', async () => {
    const before = aKeeper();
    before.keeper.want(clock('12:10'));
    await before.keeper.fetch(NOW);
    const key = before.ring.keyOf(statistics(), 'draw');
    const after = aKeeper(before.vault);
    await after.keeper.resume(before.ring.held());
    expect(after.ring.keyOf(statistics(), 'draw')).toEqual(key);
    expect(shown(after.keeper.due(watermark(clock('06:00', 1))))).toEqual(['statistics 0', 'nearby 8']);
  });

  it('refuses a vault that has lost a salt and would make another in its place', async () => {
    const before = aKeeper();
    before.keeper.want(clock('12:10'));
    await before.keeper.fetch(NOW);
    const after = aKeeper(aVault('another vault'));
    await expect(after.keeper.resume(before.ring.held())).rejects.toMatchObject({ code: 'VAULT_COMMITMENT' });
  });
});
