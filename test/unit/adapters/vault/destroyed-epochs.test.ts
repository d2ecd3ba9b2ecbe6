import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DestroyedEpochs } from '../../../../src/adapters/vault/destroyed-epochs.ts';
import { epochStart } from '../../../../src/model/time.ts';

const nearby = (start: number) => ({ audience: 'nearby' as const, epoch: epochStart(start) });

describe('destroyed epochs', () => {
  it('are the set of what was added, in any order, also after being stored', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 60 }), { maxLength: 40 }), (starts) => {
        const destroyed = new DestroyedEpochs();
        for (const start of starts) destroyed.add(nearby(start));
        const stored = JSON.parse(JSON.stringify(destroyed.runs())) as ReturnType<DestroyedEpochs['runs']>;
        const again = new DestroyedEpochs(stored);
        const all = Array.from({ length: 90 }, (_, i) => i - 25);
        const added = all.filter((start) => starts.includes(start));
        expect(all.filter((start) => destroyed.has(nearby(start)))).toEqual(added);
        expect(all.filter((start) => again.has(nearby(start)))).toEqual(added);
        const count = stored.nearby.reduce((sum, [, , n]) => sum + n, 0);
        expect(count).toBe(new Set(starts).size);
      }),
      { seed: 4, numRuns: 1_000 },
    );
  });

  it('keep audiences apart', () => {
    const destroyed = new DestroyedEpochs();
    destroyed.add(nearby(5));
    expect(destroyed.has({ audience: 'statistics', epoch: epochStart(5) })).toBe(false);
  });

  it('are one run while they are evenly spaced', () => {
    const destroyed = new DestroyedEpochs();
    for (let hour = 0; hour < 1_000; hour += 1) destroyed.add(nearby(hour * 3_600_000));
    expect(destroyed.runs().nearby).toEqual([[0, 3_600_000, 1_000]]);
  });
});
