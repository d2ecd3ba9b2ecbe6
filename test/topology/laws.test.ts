import { describe, expect, it } from 'vitest';
import type { RawFix } from '../../src/model/raw.ts';
import { MINUTE_MS, eventTime } from '../../src/model/time.ts';
import { aFix, aSmallPolicy, clock, inOrder } from '../support/builders.ts';
import type { Run } from '../support/drive.ts';
import { drive } from '../support/drive.ts';
import { seeded } from '../support/seeded.ts';
import { PEOPLE, aTownDay } from './town-day.ts';

const policy = aSmallPolicy({ homogeneityShare: 0.95 });
const aRun = async (): Promise<Run> => {
  const run = await drive({ policy });
  run.consents(PEOPLE);
  return run;
};
const finished = async (events: readonly RawFix[], size = 50): Promise<Run> => {
  const run = await aRun();
  await run.batches(events, size);
  await run.finish();
  return run;
};
const DAY = aTownDay();
const straight = await finished(DAY);

/** Every event comes up to so long after its time, so no two that are farther apart change places. */
const delayed = (events: readonly RawFix[], byMs: number, seed: number): RawFix[] => {
  const next = seeded(seed);
  return events
    .map((event) => ({ event, at: event.at + Math.floor(next() * byMs) }))
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
};

describe('the day of these laws', () => {
  it('releases rows of every table, so that the laws are not empty', () => {
    const counts = (['visits', 'dwell', 'transitions', 'footfall'] as const).map(
      (table) => straight.released(table).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(1);
    expect(straight.count('contributions', 'visit')).toBeGreaterThan(100);
  });
});

describe('G-10 order', () => {
  it.each([1, 2, 3, 4])('of arrival within the lateness changes no row (shuffle %i)', async (seed) => {
    const shuffledRun = await finished(delayed(DAY, policy.latenessMs - 1, seed));
    expect(shuffledRun.count('visits', 'late')).toBe(0);
    expect(shuffledRun.everything()).toEqual(straight.everything());
  });

  it('of events at one moment changes no row', async () => {
    const reversed = inOrder([...DAY].reverse());
    expect(reversed).not.toEqual(DAY);
    expect((await finished(reversed)).everything()).toEqual(straight.everything());
  });
});

describe('the size of batches', () => {
  // Where births stand does follow the batches: the salts of a batch are fetched, and recorded, before it.
  const releases = (run: Run) => run.ledger.flatMap(({ entry }) => (entry.type === 'release' ? [entry] : []));

  it.each([1, 7, 5_000])('of %i changes neither rows nor counts', async (size) => {
    const run = await finished(DAY, size);
    expect(run.everything()).toEqual(straight.everything());
    expect(run.counts).toEqual(straight.counts);
    expect(run.locations).toEqual(straight.locations);
    expect(releases(run)).toEqual(releases(straight));
  });
});

describe('the steps of the watermark', () => {
  /** Moves the watermark in small steps between events, as far as it may go by itself. */
  const stepped = async (events: readonly RawFix[], stepMs: number): Promise<Run> => {
    const run = await aRun();
    for (const event of events) {
      const ripe = event.at - policy.latenessMs - 1;
      for (let at = run.engine.now + stepMs; run.engine.now > 0 && at < ripe; at += stepMs) run.advance(at);
      await run.fix(event);
    }
    const last = clock('06:00', 2);
    for (let at = run.engine.now + stepMs; at < last; at += stepMs) run.advance(at);
    await run.finish();
    return run;
  };

  it('change no row', async () => {
    expect((await stepped(DAY, 3 * MINUTE_MS + 17)).everything()).toEqual(straight.everything());
  });

  it('change no row when nothing comes for two days', async () => {
    const early = DAY.filter(({ at }) => at < clock('12:45'));
    const late = aFix({ ...PEOPLE[0], at: clock('12:00', 2) });
    const jumped = await finished([...early, late]);
    expect((await stepped([...early, late], 5 * MINUTE_MS)).everything()).toEqual(jumped.everything());
    expect(jumped.count('contributions', 'visit')).toBeGreaterThan(10);
  });
});

describe('duplicates and replays', () => {
  it('of every event at once change no row', async () => {
    const twice = await finished(DAY.flatMap((event) => [event, event]));
    expect(twice.everything()).toEqual(straight.everything());
    expect(twice.count('visits', 'duplicate') + twice.count('visits', 'late')).toBe(
      straight.count('visits', 'in'),
    );
    expect(twice.locations).toEqual(straight.locations);
  });

  it.each([
    ['in the evening', 0.6],
    ['at the end', 1],
  ])('of the whole stream so far change no row (%s)', async (_, share) => {
    const cut = Math.floor(DAY.length * share);
    const again = await finished([...DAY.slice(0, cut), ...DAY.slice(0, cut), ...DAY.slice(cut)]);
    expect(again.everything()).toEqual(straight.everything());
  });

  it('after the end of the day, while its salt lives, change no row', async () => {
    const later = [
      aFix({ device: 'other', at: clock('05:00', 1) }),
      aFix({ device: 'other', at: clock('05:40', 1) }),
    ];
    const run = await aRun();
    const other = await aRun();
    for (const [nth, one] of [run, other].entries()) {
      await one.events([...DAY, ...later.slice(0, 1)]);
      if (nth === 0) await one.events(DAY);
      await one.events(later.slice(1));
      await one.finish();
    }
    expect(run.everything()).toEqual(other.everything());
    expect(run.counts['contributions']).toEqual(other.counts['contributions']);
  });
});

describe('conservation', () => {
  const odd = [
    aFix({ device: 'stranger', at: clock('12:00') }),
    aFix({ ...PEOPLE[0], at: clock('12:00:01'), mocked: true }),
    aFix({ ...PEOPLE[0], at: clock('12:00:02'), accuracyM: 900 }),
    aFix({ ...PEOPLE[0], at: eventTime(clock('12:00') - 80 * 3_600_000) }),
    aFix({ ...PEOPLE[0], at: clock('12:00', 99) }),
  ];
  const total = (counts: Readonly<Record<string, number>> = {}): number =>
    Object.values(counts).reduce((sum, n) => sum + n, 0);

  it('every event leaves the doors once: kept or with a reason', async () => {
    const run = await finished(inOrder([...DAY, ...DAY.slice(0, 99), ...odd]));
    expect(total(run.counts['doors'])).toBe(DAY.length + 99 + odd.length);
    expect(Object.keys(run.counts['doors'] ?? {}).length).toBeGreaterThan(4);
  });

  it('every visit that is found is counted or has a reason', () => {
    const { visit = 0, over_visits = 0 } = straight.counts['contributions'] ?? {};
    expect(straight.count('movements', 'visit')).toBe(visit + over_visits);
  });

  it('every release in the ledger is a window that was handed out, and the other way round', () => {
    const entries = straight.ledger.flatMap(({ entry }) => (entry.type === 'release' ? [entry] : []));
    expect(entries.map(({ table, rows, windowStartMs }) => [table, rows, windowStartMs])).toEqual(
      straight.windows.map(({ table, rows, window }) => [table, rows.length, window.start]),
    );
  });
});
