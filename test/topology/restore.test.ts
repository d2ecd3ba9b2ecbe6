import { describe, expect, it } from 'vitest';
import type { RawFix } from '../../src/model/raw.ts';
import { verifyLedger } from '../../src/release/ledger-verify.ts';
import { aConsent, aFix, aSmallPolicy, clock } from '../support/builders.ts';
import type { Run } from '../support/drive.ts';
import { drive } from '../support/drive.ts';
import { PEOPLE, aTownDay } from './town-day.ts';

const policy = aSmallPolicy({ homogeneityShare: 0.95 });
const RIGHTS = PEOPLE.map((person) => aConsent(person));
/** Two days, so that restarts also fall between the end of one epoch and its last release. */
const EVENTS: readonly RawFix[] = [
  ...aTownDay(0),
  aFix({ ...PEOPLE[0], at: clock('04:20', 1) }),
  aFix({ ...PEOPLE[1], at: clock('05:45', 1) }),
  ...aTownDay(1, PEOPLE.slice(0, 20)),
];

const begun = async (): Promise<Run> => {
  const run = await drive({ policy });
  for (const record of RIGHTS) run.right(record);
  return run;
};

/** One event at a time; after every k-th the process ends and another goes on. */
const withRestarts = async (every: number, events = EVENTS): Promise<Run> => {
  let run = await begun();
  for (const [i, event] of events.entries()) {
    await run.fix(event);
    if ((i + 1) % every === 0) run = await run.restarted(RIGHTS);
  }
  await run.finish();
  return run;
};

const never = await withRestarts(Number.POSITIVE_INFINITY);

describe('a restart', () => {
  it('is tried on a run that releases rows on both days', () => {
    const dates = new Set(never.released('visits').map((row) => row.window_start.slice(0, 10)));
    expect([...dates].sort()).toEqual(['2024-03-05', '2024-03-06']);
    expect(verifyLedger(never.ledger)).toMatchObject({ problems: [], finished: true });
  });

  it.each([97, 333, 1_000])(
    'after every %i events changes no row, no record and no ledger line',
    async (every) => {
      const run = await withRestarts(every);
      expect(run.everything()).toEqual(never.everything());
      expect(run.locations).toEqual(never.locations);
      expect(run.counts).toEqual(never.counts);
      expect(run.ledger).toEqual(never.ledger);
    },
  );

  it('after every single event changes nothing either', async () => {
    const few = EVENTS.filter(({ memberId }) => /^m[1-8]$/u.test(memberId?.reveal() ?? ''));
    const [plain, restarted] = [
      await withRestarts(Number.POSITIVE_INFINITY, few),
      await withRestarts(1, few),
    ];
    expect(restarted.everything()).toEqual(plain.everything());
    expect(restarted.ledger).toEqual(plain.ledger);
    expect(plain.released('visits').length).toBeGreaterThan(0);
  });

  it('between the end of a day and the destruction of its salt goes on to destroy it', async () => {
    let run = await begun();
    await run.events(EVENTS.filter(({ at }) => at < clock('23:00')));
    run.advance(clock('06:00', 1));
    expect(run.engine.dying.length).toBeGreaterThan(0);
    run = await run.restarted(RIGHTS);
    await run.commit();
    await run.finish();
    expect(verifyLedger(run.ledger)).toMatchObject({ problems: [], finished: true });
    expect(verifyLedger(run.ledger).epochs.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('G-12 after a release still refuses the same key', async () => {
    let run = await begun();
    await run.events(EVENTS.filter(({ at }) => at < clock('23:00')));
    const released = run.engine.record().ledger.released;
    const keys = [...released.values()].flatMap((set) => [...set]);
    run = await run.restarted(RIGHTS);
    expect([...run.engine.record().ledger.released.values()].flatMap((set) => [...set])).toEqual(keys);
    expect(keys.length).toBeGreaterThan(0);
  });

  it('G-03 does not bring a withdrawn subject back', async () => {
    const withdrawal = aConsent({ ...PEOPLE[3], at: clock('12:30'), purposes: [] });
    const play = async (restarts: boolean): Promise<Run> => {
      let run = await begun();
      await run.events(EVENTS.filter(({ at }) => at < clock('12:30')));
      run.right(withdrawal);
      if (restarts) run = await run.restarted([...RIGHTS, withdrawal]);
      await run.events(EVENTS.filter(({ at }) => at >= clock('12:30')));
      await run.finish();
      return run;
    };
    const [plain, restarted] = [await play(false), await play(true)];
    expect(restarted.everything()).toEqual(plain.everything());
    expect(plain.everything()).not.toEqual(never.everything());
  });
});

describe('two runs on one vault seed', () => {
  it('give the same ledger to the byte', async () => {
    const again = await withRestarts(Number.POSITIVE_INFINITY);
    expect(JSON.stringify(again.ledger)).toBe(JSON.stringify(never.ledger));
  });
});
