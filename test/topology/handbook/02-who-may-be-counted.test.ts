/**
 * Chapter 2: who may be counted.
 *
 * Nothing is made of an event unless its subject said so, for this purpose and this source, before it happened. A
 * subject that we know nothing of has said nothing.
 */
import { describe, expect, it } from 'vitest';
import { aFix, clock } from '../../support/builders.ts';
import type { Run } from '../../support/drive.ts';
import { drive } from '../../support/drive.ts';

/** What one fix at noon becomes: shown nearby, counted in statistics, both, or neither. */
const atNoon = async (prepare: (run: Run) => void) => {
  const run = await drive();
  prepare(run);
  await run.fix(aFix({ at: clock('12:00') }));
  return { shown: run.locations.length > 0, counted: run.count('visits', 'in') > 0, run };
};

describe('G-01 a fix', () => {
  it('of a stranger is refused', async () => {
    const { shown, counted, run } = await atNoon(() => undefined);
    expect([shown, counted]).toEqual([false, false]);
    expect(run.count('doors', 'unknown_subject')).toBe(1);
  });

  it('is used for what was granted and for nothing else', async () => {
    const nearby = await atNoon((run) => {
      run.consent({ purposes: ['nearbyShops'] });
    });
    expect(nearby).toMatchObject({ shown: true, counted: false });
    const statistics = await atNoon((run) => {
      run.consent({ purposes: ['usageStatistics'] });
    });
    expect(statistics).toMatchObject({ shown: false, counted: true });
  });

  it('from before the consent stays unused: a grant never reaches back', async () => {
    const { shown, counted } = await atNoon((run) => {
      run.consent({ at: clock('12:01') });
    });
    expect([shown, counted]).toEqual([false, false]);
  });

  it('from before a withdrawal and a new grant stays unused too', async () => {
    const { shown, counted } = await atNoon((run) => {
      run.consent({ at: clock('09:00') });
      run.consent({ at: clock('11:00'), purposes: [] });
      run.consent({ at: clock('12:30') });
    });
    expect([shown, counted]).toEqual([false, false]);
  });
});

describe('G-02 each source is refused alone', () => {
  it('without the terminal id a fix still finds shops, under a name for that one event, and counts for nobody', async () => {
    const run = await drive();
    run.consent({ sources: ['location', 'cookies'] });
    await run.fix(aFix({ at: clock('12:00') }));
    await run.fix(aFix({ at: clock('12:06') }));
    expect(new Set(run.locations.map(({ pseudonym }) => pseudonym)).size).toBe(2);
    expect(run.count('visits', 'in')).toBe(0);
  });

  it('without the location there is nothing to do', async () => {
    const { shown, counted } = await atNoon((run) => {
      run.consent({ sources: ['terminalId', 'cookies'] });
    });
    expect([shown, counted]).toEqual([false, false]);
  });
});
