import { describe, expect, it } from 'vitest';
import { OboroError } from '../../../../src/model/errors.ts';
import type { SaltName } from '../../../../src/model/identity.ts';
import { WantedSalts } from '../../../../src/runtime/stream/wanted-salts.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { wallTime } from '../../../../src/model/time.ts';
import { EPOCH } from '../../../support/builders.ts';
import { HOUR, named } from '../../adapters/stream/salted.ts';
import { VaultStand } from './vault-stand.ts';

const DAY = named('statistics', EPOCH);
const NEARBY = named('nearby', HOUR);

const wanting = (answer: () => Promise<void> = () => Promise.resolve()) => {
  const stand = new VaultStand();
  const asked: SaltName[][] = [];
  let tooLong: () => void = () => undefined;
  const clock: Clock = {
    now: () => wallTime(0),
    sleep: () =>
      new Promise((resolve) => {
        tooLong = resolve;
      }),
  };
  const ask = (names: readonly SaltName[]): Promise<void> => {
    asked.push([...names]);
    return answer();
  };
  const salts = new WantedSalts({ view: stand.view, clock, ask });
  return { stand, asked, salts, tooLong: () => tooLong() };
};

describe('salts of a sanitize task', () => {
  it('come from the view, and nobody is asked for what is known', async () => {
    const { stand, asked, salts } = wanting();
    const [entry] = stand.hold(DAY, NEARBY);
    if (entry !== undefined) stand.read(stand.death(entry));
    const held = await salts.hold([DAY, NEARBY]);
    expect(held.map((salt) => salt?.name ?? null)).toEqual([null, NEARBY]);
    expect(held[1]).toBe(stand.view.of(NEARBY));
    expect(asked).toEqual([]);
  });

  it('are asked for when they are missing, all at once, and waited for', async () => {
    const { stand, asked, salts } = wanting();
    stand.hold(DAY);
    const holding = salts.hold([DAY, NEARBY]);
    expect(asked).toEqual([[NEARBY]]);
    stand.hold(NEARBY);
    expect((await holding).map((salt) => salt?.name)).toEqual([DAY, NEARBY]);
  });

  it('are waited for so long only, and asked for again when it is tried again', async () => {
    const { stand, asked, salts, tooLong } = wanting();
    const holding = salts.hold([DAY]);
    await Promise.resolve();
    tooLong();
    await expect(holding).rejects.toThrow(expect.objectContaining({ code: 'SERVICE_AWAY', retriable: true }));
    const again = salts.hold([DAY]);
    stand.hold(DAY);
    expect((await again).map((salt) => salt?.name)).toEqual([DAY]);
    expect(asked).toEqual([[DAY], [DAY]]);
  });

  it('fail when asking fails', async () => {
    const fault = new OboroError('FENCED', 'another writer');
    const { salts } = wanting(() => Promise.reject(fault));
    await expect(salts.hold([DAY])).rejects.toBe(fault);
  });

  it('are not waited for any longer when the task is given up', async () => {
    const { salts } = wanting();
    const holding = salts.hold([DAY]);
    await salts.close();
    await expect(holding).rejects.toThrow(expect.objectContaining({ code: 'TASK_LOST' }));
  });

  it('G-07 are destroyed by nobody here', async () => {
    const { salts } = wanting();
    await expect(salts.destroy()).rejects.toThrow(expect.objectContaining({ code: 'BUG' }));
  });
});
