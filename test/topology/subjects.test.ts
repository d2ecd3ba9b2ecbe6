import { describe, expect, it } from 'vitest';
import type { RawFix } from '../../src/model/raw.ts';
import type { EventTime } from '../../src/model/time.ts';
import { MINUTE_MS, eventTime } from '../../src/model/time.ts';
import type { PersonOfTest, StayOfTest } from '../support/builders.ts';
import { aFix, aSmallPolicy, aStay, clock, inOrder, people } from '../support/builders.ts';
import type { Run } from '../support/drive.ts';
import { drive } from '../support/drive.ts';

const policy = aSmallPolicy({ rounding: 1 });
const crowd = people(6);
const aRun = async (persons: readonly PersonOfTest[] = crowd): Promise<Run> => {
  const run = await drive({ policy });
  run.consents(persons);
  return run;
};
const lunch = (persons: readonly PersonOfTest[], over: Partial<StayOfTest> = {}): RawFix[] =>
  inOrder(
    persons.flatMap((person) =>
      aStay({ ...person, store: 'bakery', from: clock('12:00'), to: clock('12:20'), ...over }),
    ),
  );
/** A stranger whose fix only moves the clock on. */
const tick = (at: EventTime): RawFix => aFix({ device: 'stranger', at });
const hourRow = (run: Run) =>
  run.released('visits').find(({ window_kind, unit_id }) => window_kind === 'hour' && unit_id === 'bakery');

describe('the crowd of these tests', () => {
  it('is just enough for a row', async () => {
    const run = await aRun();
    await run.events([...lunch(crowd), tick(clock('14:00'))]);
    expect(hourRow(run)).toMatchObject({ visitors: 6, visits: 6 });
    const few = await aRun();
    await few.events([...lunch(crowd.slice(1)), tick(clock('14:00'))]);
    expect(hourRow(few)).toBeUndefined();
  });
});

describe('G-10 people, not devices', () => {
  it('a member with two phones in a store is one visitor', async () => {
    const doubled = crowd.slice(0, 5).flatMap(({ member, device }) => [
      { member, device },
      { member, device: `${device ?? ''}-2` },
    ]);
    const run = await aRun(crowd);
    await run.events([...lunch(doubled), tick(clock('14:00'))]);
    expect(hourRow(run)).toBeUndefined();
    const enough = await aRun(crowd);
    await enough.events([...lunch([...doubled, ...crowd.slice(5)]), tick(clock('14:00'))]);
    expect(hourRow(enough)).toMatchObject({ visitors: 6 });
  });

  it('devices without a member are shown but never raise k', async () => {
    const lone = Array.from({ length: 9 }, (_, i) => ({ member: null, device: `lone-${String(i)}` }));
    const run = await aRun([...crowd, ...lone]);
    await run.events([...lunch([...crowd.slice(1), ...lone]), tick(clock('14:00'))]);
    expect(hourRow(run)).toBeUndefined();
    const enough = await aRun([...crowd, ...lone]);
    await enough.events([...lunch([...crowd, ...lone]), tick(clock('14:00'))]);
    expect(hourRow(enough)).toMatchObject({ visitors: 15 });
  });

  it('one phone with two members is two subjects, each with its own stay', async () => {
    const [first, second] = people(2, 'shared');
    const phone = { device: 'family-phone' };
    const run = await aRun([
      { ...first, ...phone },
      { ...second, ...phone },
    ]);
    await run.events([
      ...lunch([{ ...first, ...phone }], { leaves: false }),
      ...lunch([{ ...second, ...phone }], { from: clock('12:21'), to: clock('12:41') }),
      tick(clock('23:00')),
    ]);
    run.advance(clock('05:00', 1));
    expect(run.count('contributions', 'visit')).toBe(2);
  });

  it('G-03 on a shared phone a withdrawal stops the one who withdrew, and nobody else', async () => {
    const [first, second] = people(2, 'shared');
    const shared = [first, second].map((person) => ({ ...person, device: 'family-phone' }));
    for (const withdrawn of [0, 1]) {
      const run = await aRun(shared);
      await run.events([
        ...lunch([shared[0] ?? {}], { leaves: false }),
        ...lunch([shared[1] ?? {}], { from: clock('12:21'), to: clock('12:41'), leaves: false }),
      ]);
      run.consent({ ...shared[withdrawn], at: clock('12:42'), purposes: [] });
      run.advance(clock('05:00', 1));
      expect(run.count('contributions', 'visit') + run.count('movements', 'visit')).toBe(2);
    }
  });
});

describe('G-03 a withdrawal within the run', () => {
  const leaver: PersonOfTest = crowd[2] ?? {};

  it('in the middle of a visit: the visit is never counted', async () => {
    const run = await aRun();
    await run.events(lunch(crowd, { leaves: false }));
    run.consent({ ...leaver, at: clock('12:21'), purposes: [] });
    await run.events(
      inOrder(crowd.flatMap((person) => lunch([person], { from: clock('12:22'), to: clock('12:30') }))),
    );
    run.advance(clock('14:00'));
    expect(run.count('movements', 'visit')).toBe(5);
    expect(hourRow(run)).toBeUndefined();
    expect(run.count('doors', 'no_consent')).toBeGreaterThan(0);
  });

  it('of the first visitor of the day, before anything was counted of anybody', async () => {
    const run = await aRun();
    await run.events(lunch([leaver], { leaves: false }));
    run.consent({ ...leaver, at: clock('12:21'), purposes: [] });
    run.advance(clock('05:00', 1));
    expect(run.count('movements', 'visit')).toBe(0);
  });

  it('after the visit and before its window closes: the window closes without it', async () => {
    const run = await aRun();
    await run.events([...lunch(crowd), tick(clock('12:50'))]);
    expect(run.count('contributions', 'visit')).toBe(6);
    run.consent({ ...leaver, at: clock('12:51'), purposes: [] });
    await run.fix(tick(clock('14:00')));
    expect(hourRow(run)).toBeUndefined();
  });

  it('after its window closed: the released row stands, and the ledger with it', async () => {
    const run = await aRun();
    await run.events([...lunch(crowd), tick(clock('14:00'))]);
    const before = JSON.stringify([hourRow(run), run.ledger]);
    run.consent({ ...leaver, at: clock('14:01'), purposes: [] });
    expect(JSON.stringify([hourRow(run), run.ledger])).toBe(before);
    await run.finish();
    expect(run.rows('visits').filter(({ status }) => status === 'RELEASED')).toHaveLength(1);
  });

  it('of usageStatistics alone is enough; of another purpose it is none', async () => {
    for (const [purposes, visits] of [
      [['nearbyShops', 'fraudPrevention', 'serviceImprovement', 'thirdPartyTracking'], 5],
      [['nearbyShops', 'usageStatistics', 'serviceImprovement', 'thirdPartyTracking'], 6],
    ] as const) {
      const run = await aRun();
      await run.events(lunch(crowd, { leaves: false }));
      run.consent({ ...leaver, at: clock('12:21'), purposes });
      run.advance(clock('05:00', 1));
      expect(run.count('movements', 'visit')).toBe(visits);
    }
  });

  it('reaches every phone of a member', async () => {
    const second = { member: leaver.member ?? null, device: 'second-phone' };
    const run = await aRun();
    await run.events(lunch([leaver, second], { leaves: false }));
    run.consent({ ...leaver, at: clock('12:21'), purposes: [] });
    run.advance(clock('05:00', 1));
    expect(run.count('movements', 'visit')).toBe(0);
  });

  it('and a new grant: only what comes after the grant is counted', async () => {
    const run = await aRun();
    await run.events([...lunch(crowd), tick(clock('12:50'))]);
    run.consent({ ...leaver, at: clock('12:51'), purposes: [] });
    run.consent({ ...leaver, at: clock('13:30') });
    await run.events([
      ...lunch([leaver], { from: clock('15:00'), to: clock('15:20') }),
      tick(clock('16:00')),
    ]);
    expect(hourRow(run)).toBeUndefined();
    expect(run.count('contributions', 'visit')).toBe(7);
  });

  it('G-10 and a new grant do not start the bound of the epoch anew', async () => {
    const run = await aRun();
    const hours = (from: number, to: number): RawFix[] =>
      Array.from({ length: to - from }, (_, i) =>
        lunch([leaver], {
          from: eventTime(clock('05:00') + (from + i) * 60 * MINUTE_MS),
          to: eventTime(clock('05:10') + (from + i) * 60 * MINUTE_MS),
        }),
      ).flat();
    await run.events([...hours(0, 10), tick(clock('15:00'))]);
    run.consent({ ...leaver, at: clock('15:01'), purposes: [] });
    run.consent({ ...leaver, at: clock('15:02') });
    await run.events(hours(11, 17));
    run.advance(clock('05:00', 1));
    expect(run.count('contributions', 'visit')).toBeLessThanOrEqual(12);
  });
});

describe('G-04 an erasure within the run', () => {
  it('takes the subject out of what is open, and its later events of before are refused', async () => {
    const run = await aRun();
    const [gone = {}] = crowd;
    await run.events([...lunch(crowd), tick(clock('12:50'))]);
    run.erase({ ...gone, at: clock('12:55') });
    await run.events([aFix({ ...gone, at: clock('12:52') }), tick(clock('14:00'))]);
    expect(run.count('doors', 'erased')).toBe(1);
    expect(hourRow(run)).toBeUndefined();
    await run.finish();
  });

  it('leaves no state of the subject', async () => {
    const run = await aRun(crowd.slice(0, 1));
    await run.events([
      ...lunch(crowd.slice(0, 1)),
      ...lunch(crowd.slice(0, 1), { store: 'cinema', from: clock('12:30'), to: clock('12:50') }),
    ]);
    run.advance(clock('12:52'));
    expect(run.engine.keys['bounds']).toBe(1);
    run.erase({ ...crowd[0], at: clock('13:00') });
    expect(run.engine.keys).toMatchObject({ bounds: 0, visits: 0 });
    run.advance(clock('05:00', 1));
    expect(run.count('contributions', 'visit')).toBeLessThanOrEqual(1);
    expect(run.released('visits')).toEqual([]);
  });
});
