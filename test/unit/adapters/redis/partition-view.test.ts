/** One partition's view: in step with its task, in the right order, and built anew whenever it may not be whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentText } from '../../../../src/adapters/redis/consent-text.ts';
import { PartitionView } from '../../../../src/adapters/redis/partition-view.ts';
import type { Consent } from '../../../../src/model/consent.ts';
import type { ConsentEntry } from '../../../../src/ports/views.ts';
import type { Trouble } from '../../../support/redis/model-view.ts';
import { ModelView } from '../../../support/redis/model-view.ts';
import { aConsent, entry, subject } from './a-consent.ts';

const PARTITION = 4;
const LATER_MS = 6_000;

/** A task with its consents, and the view that follows it. */
class Stand {
  now = 0;
  faults = 0;
  position: number;
  readonly truth = new Map<number, Consent>();
  readonly model: ModelView;
  readonly view: PartitionView;
  static #builders = 0;

  constructor(model = new ModelView(), position = 0) {
    this.model = model;
    this.position = position;
    this.view = new PartitionView(position, {
      steps: model,
      stamp: () => ({ nowMs: this.now, ttlMs: 1_000 }),
      builder: () => `builder ${String((Stand.#builders += 1))}`,
      onFault: () => {
        this.faults += 1;
      },
    });
  }

  set(...numbers: readonly number[]): void {
    this.position += numbers.length;
    const entries = numbers.map((n) => entry(n, aConsent(1_000 + this.position)));
    for (const [i, n] of numbers.entries()) this.truth.set(n, entries[i]?.consent ?? aConsent(0));
    this.#publish(entries);
  }

  erase(n: number): void {
    this.position += 1;
    this.truth.delete(n);
    this.#publish([entry(n, null)]);
  }

  *entries(): Generator<ConsentEntry, void, undefined> {
    for (const [n, consent] of this.truth) yield entry(n, consent);
  }

  rebuild(): void {
    this.view.rebuild({ partition: PARTITION, position: this.position, entries: this.entries() });
  }

  async settle(): Promise<void> {
    await this.view.settled();
  }

  get isStale(): boolean {
    return this.view.isStale(this.now);
  }

  /** What the view should hold. */
  get expected(): ReadonlyMap<string, string> {
    return new Map([...this.truth].map(([n, consent]) => [subject(n), consentText(consent)]));
  }

  #publish(entries: readonly ConsentEntry[]): void {
    this.view.publish({ partition: PARTITION, position: this.position, entries });
  }
}

const aBuilt = async (): Promise<Stand> => {
  const stand = new Stand();
  await stand.settle();
  stand.rebuild();
  await stand.settle();
  stand.model.calls.length = 0;
  return stand;
};

describe('a partition that is opened', () => {
  it('has to be built where there is nothing', async () => {
    const stand = new Stand();
    stand.set(1);
    await stand.settle();
    expect(stand.isStale).toBe(true);
    stand.rebuild();
    await stand.settle();
    expect(stand.isStale).toBe(false);
    expect(stand.model.whole).toEqual(stand.expected);
  });

  it('goes on where the worker before left it', async () => {
    const before = await aBuilt();
    before.set(1, 2);
    await before.settle();
    const after = new Stand(before.model, before.position);
    after.truth.set(1, aConsent(1_002)).set(2, aConsent(1_002));
    after.set(3);
    await after.settle();
    expect(after.isStale).toBe(false);
    expect(after.model.whole).toEqual(after.expected);
    expect(after.model.calls.slice(-2)).toEqual(['check', 'apply 1']);
  });

  it('has to be built where the worker before wrote less than it committed', async () => {
    const before = await aBuilt();
    const after = new Stand(before.model, before.position + 1);
    await after.settle();
    expect(after.isStale).toBe(true);
  });
});

describe('changes', () => {
  it('are written in order, 500 at a time, and count when all are there', async () => {
    const stand = await aBuilt();
    const seen: number[] = [];
    stand.model.onStep = () => seen.push(stand.model.position);
    stand.set(...Array.from({ length: 1_200 }, (_none, n) => n));
    stand.set(7);
    await stand.settle();
    expect(stand.model.calls).toEqual(['apply 500', 'apply 500', 'apply 200', 'apply 1']);
    expect(seen).toEqual([0, 0, 0, 1_200]);
    expect(stand.model.whole).toEqual(stand.expected);
  });

  it('G-04 take the erased away, told as nothing or as erased', async () => {
    const stand = await aBuilt();
    stand.set(1, 2, 3);
    stand.erase(1);
    stand.view.publish({ partition: PARTITION, position: 10, entries: [entry(2, aConsent(5, 9))] });
    await stand.settle();
    expect([...(stand.model.whole?.keys() ?? [])]).toEqual([subject(3)]);
  });

  it('come back after an erasure that is older than they are', async () => {
    const stand = await aBuilt();
    stand.view.publish({ partition: PARTITION, position: 1, entries: [entry(2, aConsent(10, 9))] });
    await stand.settle();
    expect(stand.model.whole?.size).toBe(1);
  });

  it('without subjects move the position all the same', async () => {
    const stand = await aBuilt();
    stand.view.publish({ partition: PARTITION, position: 5, entries: [] });
    await stand.settle();
    expect(stand.model.position).toBe(5);
  });

  it('are given up when too many wait', async () => {
    const stand = await aBuilt();
    for (let i = 0; i < 50; i += 1) stand.set(...Array.from({ length: 500 }, (_none, n) => n));
    await stand.settle();
    expect(stand.isStale).toBe(true);
    stand.rebuild();
    await stand.settle();
    expect(stand.model.whole).toEqual(stand.expected);
  });
});

describe('a store that lost something', () => {
  it('is noticed by the next write', async () => {
    const stand = await aBuilt();
    stand.set(1);
    await stand.settle();
    const older = stand.model.copy();
    stand.set(2);
    await stand.settle();
    older();
    stand.set(3);
    await stand.settle();
    expect(stand.isStale).toBe(true);
    expect(stand.model.whole?.has(subject(3))).toBe(false);
  });

  it.each([true, false])('is noticed without a write (flushed: %j)', async (isFlushed) => {
    const stand = await aBuilt();
    const older = stand.model.copy();
    stand.set(1);
    await stand.settle();
    if (isFlushed) stand.model.flush();
    else older();
    stand.view.refresh();
    await stand.settle();
    expect(stand.isStale).toBe(true);
  });

  it('can be built however often somebody looks', async () => {
    const stand = await aBuilt();
    stand.model.flush();
    stand.view.refresh();
    await stand.settle();
    stand.view.refresh();
    expect(stand.isStale).toBe(true);
  });

  it('that went back to the side before a build is noticed', async () => {
    const stand = await aBuilt();
    stand.set(1);
    await stand.settle();
    const older = stand.model.copy();
    stand.model.troubles.push('before');
    stand.set(2);
    await stand.settle();
    stand.now += LATER_MS;
    stand.truth.delete(1);
    stand.rebuild();
    await stand.settle();
    older();
    stand.set(3);
    await stand.settle();
    expect(stand.isStale).toBe(true);
  });
});

describe('a write that fails', () => {
  it('leaves the view to be built, after a pause', async () => {
    const stand = await aBuilt();
    stand.model.troubles.push('before');
    stand.set(1);
    stand.set(2);
    await stand.settle();
    expect(stand.faults).toBe(1);
    expect(stand.isStale).toBe(false);
    stand.now += LATER_MS;
    expect(stand.isStale).toBe(true);
    expect(stand.model.calls).toEqual(['apply 1']);
  });

  it.each<[Trouble, boolean]>([
    ['after', false],
    ['before', true],
  ])('%s it was done leaves work: %j', async (trouble, isStale) => {
    const stand = await aBuilt();
    stand.model.troubles.push(trouble);
    stand.set(1);
    await stand.settle();
    stand.now += LATER_MS;
    stand.view.refresh();
    await stand.settle();
    expect(stand.isStale).toBe(isStale);
  });

  it('is not made good by a look while more is being given up', async () => {
    const stand = await aBuilt();
    stand.model.troubles.push('after');
    stand.set(1);
    await stand.settle();
    stand.view.refresh();
    stand.set(2);
    await stand.settle();
    stand.now += LATER_MS;
    expect(stand.isStale).toBe(true);
  });
});

describe('two writers', () => {
  it('the one that was left behind does not overwrite', async () => {
    const zombie = await aBuilt();
    zombie.set(1);
    await zombie.settle();
    const owner = new Stand(zombie.model, zombie.position);
    owner.erase(1);
    owner.set(2);
    await owner.settle();
    zombie.set(1);
    await zombie.settle();
    zombie.rebuild();
    zombie.now += LATER_MS;
    await zombie.settle();
    expect(zombie.isStale).toBe(false);
    expect(owner.model.whole).toEqual(owner.expected);
  });

  it('only the newer of two builders ends', async () => {
    const stand = await aBuilt();
    stand.truth.set(1, aConsent(1));
    const other = new Stand(stand.model, stand.position);
    other.truth.set(2, aConsent(2));
    await other.settle();
    stand.model.troubles.push('before', 'before');
    stand.set(3);
    await stand.settle();
    const rival = new Stand(stand.model, stand.position);
    await rival.settle();
    stand.model.onStep = () => {
      if (stand.model.calls.at(-1) === 'fill 2') rival.rebuild();
    };
    stand.now += LATER_MS;
    stand.rebuild();
    rival.truth.set(9, aConsent(9));
    await stand.settle();
    await rival.settle();
    expect(rival.model.whole).toEqual(rival.expected);
    expect(stand.isStale || rival.isStale).toBe(true);
  });
});

describe('whatever happens', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), of: fc.nat({ max: 5 }) }),
    fc.record({ kind: fc.constant('erase' as const), of: fc.nat({ max: 5 }) }),
    fc.record({ kind: fc.constantFrom('before' as const, 'after' as const) }),
    fc.record({ kind: fc.constantFrom('keep' as const, 'lose' as const, 'flush' as const) }),
    fc.record({ kind: fc.constantFrom('refresh' as const, 'rebuild' as const, 'wait' as const) }),
  );

  it('the view is the task’s in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const stand = new Stand();
        let older = stand.model.copy();
        for (const one of steps) {
          if (one.kind === 'set') stand.set(one.of);
          else if (one.kind === 'erase') stand.erase(one.of);
          else if (one.kind === 'before' || one.kind === 'after') stand.model.troubles.push(one.kind);
          else if (one.kind === 'keep') older = stand.model.copy();
          else if (one.kind === 'lose') older();
          else if (one.kind === 'flush') stand.model.flush();
          else if (one.kind === 'refresh') stand.view.refresh();
          else if (one.kind === 'rebuild') stand.rebuild();
          else await stand.settle();
        }
        stand.model.troubles.length = 0;
        for (let i = 0; i < 3; i += 1) {
          await stand.settle();
          stand.now += LATER_MS;
          stand.view.refresh();
          await stand.settle();
          if (stand.isStale) stand.rebuild();
        }
        await stand.settle();
        expect(stand.isStale).toBe(false);
        expect(stand.model.whole).toEqual(stand.expected);
        expect(stand.model.position).toBe(stand.position);
      }),
      { seed: 7, numRuns: 400 },
    );
  });
});
