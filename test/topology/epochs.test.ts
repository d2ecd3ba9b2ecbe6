import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RawFix } from '../../src/model/raw.ts';
import { verifyLedger } from '../../src/release/ledger-verify.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import type { PersonOfTest } from '../support/builders.ts';
import { aConsent, aFix, aSmallPolicy, aStay, clock, inOrder, people } from '../support/builders.ts';
import type { Run } from '../support/drive.ts';
import { drive } from '../support/drive.ts';
import { PEOPLE, aTownDay } from './town-day.ts';

const policy = aSmallPolicy({ rounding: 1 });
const crowd = people(8);
const aRun = async (persons: readonly PersonOfTest[] = crowd): Promise<Run> => {
  const run = await drive({ policy });
  run.consents(persons);
  return run;
};
const stays = (from: string, to: string, days: readonly [number, number] = [0, 0], leaves = true): RawFix[] =>
  inOrder(
    crowd.flatMap((person) =>
      aStay({ ...person, store: 'bakery', from: clock(from, days[0]), to: clock(to, days[1]), leaves }),
    ),
  );
const tick = (at: ReturnType<typeof clock>): RawFix => aFix({ device: 'stranger', at });

describe('G-06 the edge of an epoch', () => {
  it('cuts a visit: each day has its own part', async () => {
    const run = await aRun();
    await run.events(stays('03:00', '05:00', [1, 1]));
    await run.finish();
    const rows = run
      .released('visits')
      .map(({ window_kind, window_start, visitors }) => `${window_kind} ${window_start} ${String(visitors)}`);
    expect(rows).toEqual(['hour 2024-03-06T03:00:00+09:00 8', 'hour 2024-03-06T05:00:00+09:00 8']);
  });

  it('gives everybody other pseudonyms, and no row of two days', async () => {
    const run = await aRun();
    const subjects: Set<string>[] = [];
    for (const day of [0, 1]) {
      await run.events(stays('12:00', '12:20', [day, day], false));
      const parts = run.engine.record().parts.filter(({ node }) => node === 'visits');
      subjects.push(new Set(parts.at(-1)?.records.map(({ subject }) => String(subject))));
    }
    expect([...(subjects[0] ?? [])].filter((subject) => subjects[1]?.has(subject))).toEqual([]);
    expect(subjects.map(({ size }) => size)).toEqual([8, 8]);
  });

  it('stitches no successor across it', async () => {
    const run = await aRun();
    const first = crowd.flatMap((person) =>
      aStay({ ...person, store: 'bakery', from: clock('03:20', 1), to: clock('03:50', 1) }),
    );
    const second = crowd.flatMap((person) =>
      aStay({ ...person, store: 'hatter', from: clock('04:05', 1), to: clock('04:25', 1) }),
    );
    await run.events(inOrder([...first, ...second]));
    await run.finish();
    expect(run.count('movements', 'visit')).toBe(16);
    expect(run.count('contributions', 'successor')).toBe(0);
  });
});

describe('G-10 what becomes known late', () => {
  it('enters the finest rung still open: the daypart, not the hour that is out', async () => {
    const run = await aRun();
    // Silence is taken for staying: only the fix at 14:10 tells that they had left.
    const away = crowd.map((person) =>
      aFix({ ...person, at: clock('14:10'), position: { lat: 35.2, lng: 139.7 } }),
    );
    const few = stays('12:00', '12:20', [0, 0], false);
    await run.events(inOrder([...few, ...away]));
    run.advance(clock('05:00', 1));
    expect(run.released('visits').every(({ window_kind }) => window_kind !== 'hour' || window_kind)).toBe(
      true,
    );
    expect(run.count('movements', 'visit')).toBe(8);
    expect(run.count('contributions', 'visit')).toBe(8);
  });

  it('comes with a phone that was long without a network, into the daypart or the day', async () => {
    for (const [arrival, expected] of [
      ['12:40', 'hour 12'],
      ['13:50', 'daypart 10'],
      ['17:00', 'day 04'],
    ] as const) {
      const run = await aRun();
      await run.fix(tick(clock(arrival)));
      await run.events(stays('12:00', '12:20'));
      await run.fix(tick(clock('23:00')));
      await run.finish();
      const rows = run
        .released('visits')
        .map(({ window_kind, window_start }) => `${window_kind} ${window_start.slice(11, 13)}`);
      expect(rows).toEqual([expected]);
    }
  });
});

describe('G-07 the life of salts', () => {
  it('ends for every epoch, in the order released, dropped, destroyed', async () => {
    const run = await aRun(PEOPLE);
    for (const day of [0, 1, 2]) await run.batches(aTownDay(day, PEOPLE.slice(0, 12)), 20);
    await run.finish();
    const report = verifyLedger(run.ledger);
    expect(report).toMatchObject({ problems: [], finished: true });
    expect(report.epochs.filter(({ audience }) => audience === 'statistics')).toHaveLength(3);
    expect(report.epochs.filter(({ destroyed }) => !destroyed)).toEqual([]);
  });

  it('is over for an event of yesterday after the last release of yesterday', async () => {
    const run = await aRun();
    await run.events([...stays('12:00', '12:20'), tick(clock('06:05', 1))]);
    expect(run.count('doors', 'epoch_closed')).toBe(0);
    await run.events(stays('13:00', '13:10'));
    expect(run.count('doors', 'epoch_closed')).toBe(stays('13:00', '13:10').length);
    await run.finish();
    expect(run.released('visits')).toHaveLength(1);
  });

  it('releases nothing after its end', async () => {
    const run = await aRun();
    await run.events(stays('12:00', '12:20'));
    await run.events([...stays('12:00', '12:20', [2, 2])]);
    await run.finish();
    let destroyed = new Set<number>();
    for (const { entry } of run.ledger) {
      if (entry.type === 'epoch_destroyed' && entry.audience === 'statistics')
        destroyed = new Set([...destroyed, entry.epochStartMs]);
      if (entry.type === 'release') expect(destroyed.has(entry.epochStartMs)).toBe(false);
    }
    expect(destroyed.size).toBe(2);
  });
});

describe('G-15 canaries', () => {
  const textOf = (one: unknown): string =>
    `${JSON.stringify(one)} ${inspect(one, { depth: Infinity, maxArrayLength: Infinity })}`;
  const canaries = people(8, 'CANARY').map(({ member, device }) => ({
    member: `${member}-member-id`,
    device: `${device}-device-id`,
  }));
  // Digits that stand in no cell, time or count.
  const place = { lat: 35.689_137_42, lng: 139.691_753_68 };

  it('no raw id and no exact position is in anything that is written or kept open', async () => {
    const run = await aRun();
    for (const person of canaries) run.right(aConsent(person));
    const fixes = canaries.flatMap((person) =>
      Array.from({ length: 12 }, (_, i) =>
        aFix({
          ...person,
          position: place,
          at: (clock('12:00') + i * MINUTE_MS) as never,
          requestId: i === 3 ? 'request-token' : null,
        }),
      ),
    );
    await run.events(inOrder(fixes));
    run.right(aConsent({ ...canaries[0], at: clock('12:14'), purposes: [] }));
    // At once: the states of a record go on changing.
    const { parts, ...open } = run.engine.record();
    const sealed = textOf(parts);
    const unsealed = textOf(open);
    await run.fix(tick(clock('14:00')));
    await run.finish();
    expect(run.locations.length).toBeGreaterThan(0);
    const written = [run.windows, run.locations, run.ledger, run.counts, run.engine.record()];
    const told = [unsealed, ...written.map(textOf)].join('\n');
    expect(told).not.toMatch(/CANARY|-member-id|-device-id/u);
    expect(told).not.toMatch(/35\.6891|139\.6917|689137|691753/u);
    // The sealed parts do hold the position: without this the search would prove nothing.
    expect(sealed).toMatch(/35\.6891/u);
    expect(sealed).not.toMatch(/CANARY/u);
  });

  it('a fault thrown on the way tells no id', async () => {
    const run = await aRun();
    const fix = aFix({ ...canaries[0], at: clock('12:00') });
    let told = '';
    try {
      // Events must be prepared first; without their salts this is a fault of the machine.
      run.right(aConsent(canaries[0]));
      run.engine.event(fix);
    } catch (error) {
      told = inspect(error, { depth: Infinity });
    }
    expect(told).toContain('was not fetched');
    expect(told).not.toMatch(/CANARY/u);
  });
});
