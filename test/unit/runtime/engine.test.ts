import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../../../src/release/ledger-verify.ts';
import { DAY_MS, MINUTE_MS, eventTime } from '../../../src/model/time.ts';
import { EARLIEST } from '../../../src/runtime/engine.ts';
import { aFix, aSmallPolicy, aStay, clock, inOrder, people } from '../../support/builders.ts';
import { aVault, drive } from '../../support/drive.ts';

const crowd = people(8);
const visitsAt = (from: string, to: string, day = 0) =>
  inOrder(
    crowd.flatMap((person) =>
      aStay({ ...person, store: 'bakery', from: clock(from, day), to: clock(to, day) }),
    ),
  );
const aRun = async () => {
  const run = await drive({ policy: aSmallPolicy() });
  run.consents(crowd);
  return run;
};

describe('the clock of a run', () => {
  it('is the newest honest event time', async () => {
    const run = await aRun();
    expect(run.engine.clock).toBe(EARLIEST);
    await run.fix(aFix({ at: clock('12:00') }));
    await run.fix(aFix({ at: clock('11:00') }));
    expect(run.engine.clock).toBe(clock('12:00'));
  });

  it.each([
    ['before the year 2000', eventTime(EARLIEST - 1)],
    ['after the bound of wall time', clock('00:00:01', 60)],
  ])('is not moved by a time %s, and no salt is made for it', async (_, at) => {
    const run = await aRun();
    await run.fix(aFix({ ...crowd[0], at }));
    expect(run.engine.clock).toBe(EARLIEST);
    expect(run.engine.record().held).toEqual([]);
    expect(run.count('doors', 'keep')).toBe(0);
  });

  it('lets the watermark follow on a grid of ten seconds, the lateness behind', async () => {
    const run = await aRun();
    await run.fix(aFix({ at: clock('12:00:07') }));
    expect(run.engine.now).toBe(clock('11:55:00'));
    await run.fix(aFix({ at: clock('12:00:09') }));
    expect(run.engine.now).toBe(clock('11:55:00'));
    await run.fix(aFix({ at: clock('12:00:10') }));
    expect(run.engine.now).toBe(clock('11:55:10'));
  });

  it('never goes back', async () => {
    const run = await aRun();
    await run.fix(aFix({ at: clock('12:00') }));
    run.advance(clock('09:00'));
    expect(run.engine.now).toBe(clock('11:55'));
  });
});

describe('G-07 an epoch', () => {
  it('is born before its first event is used and destroyed after its last release', async () => {
    const run = await aRun();
    await run.events(visitsAt('12:00', '12:20'));
    await run.events(visitsAt('12:00', '12:20', 2));
    await run.finish();
    const told = run.ledger.map(({ entry }) =>
      'audience' in entry ? `${entry.type} ${entry.audience}` : entry.type,
    );
    expect(told.filter((one) => one === 'epoch_born statistics')).toHaveLength(2);
    expect(told.filter((one) => one === 'epoch_destroyed statistics')).toHaveLength(2);
    expect(verifyLedger(run.ledger)).toMatchObject({ problems: [], finished: true });
    expect(verifyLedger(run.ledger).epochs.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('leaves nothing held and no state behind at the end', async () => {
    const run = await aRun();
    await run.events(visitsAt('12:00', '12:20'));
    await run.finish();
    const { held, dying, parts } = run.engine.record();
    expect([held, dying, parts.flatMap(({ records }) => records)]).toEqual([[], [], []]);
    expect(Object.values(run.engine.keys).every((n) => n === 0)).toBe(true);
  });

  it('has its state dropped at once, its salt only when that is saved', async () => {
    const run = await aRun();
    await run.events(visitsAt('12:00', '12:20'));
    run.advance(clock('06:00', 1));
    expect(run.engine.dying.map(({ audience }) => audience)).toEqual(['statistics', 'nearby']);
    expect(run.engine.record().parts.flatMap(({ records }) => records)).toEqual([]);
    expect(run.ledger.some(({ entry }) => entry.type === 'epoch_destroyed')).toBe(false);
    await run.commit();
    expect(run.engine.dying).toEqual([]);
    expect(run.ledger.filter(({ entry }) => entry.type === 'epoch_destroyed')).toHaveLength(2);
    expect(await run.vault.hold([{ audience: 'statistics', epoch: visitsEpoch }])).toEqual([null]);
  });
  const visitsEpoch = 1_709_578_800_000 as never;

  it('that is over drops what still comes as epoch_closed', async () => {
    const run = await aRun();
    await run.events(visitsAt('12:00', '12:20'));
    run.advance(clock('06:00', 1));
    await run.events([aFix({ ...crowd[0], at: clock('12:30'), position: { lat: 35.6, lng: 139.7 } })]);
    expect(run.count('doors', 'epoch_closed')).toBe(1);
  });

  it('zeroes its salt', async () => {
    const vault = aVault();
    const run = await drive({ policy: aSmallPolicy(), vault });
    run.consents(crowd);
    await run.events(visitsAt('12:00', '12:20'));
    const [salt] = await vault.hold([{ audience: 'statistics', epoch: visitsEpoch }]);
    const bytes = salt?.bytes;
    expect(bytes?.some((byte) => byte !== 0)).toBe(true);
    await run.finish();
    expect(bytes?.every((byte) => byte === 0)).toBe(true);
  });
});

describe('the end', () => {
  it('closes every window: the last visits are counted like any other', async () => {
    const stepwise = await aRun();
    await stepwise.events(visitsAt('12:00', '12:20'));
    for (let at: number = clock('12:21'); at < clock('07:00', 1); at += 10 * MINUTE_MS) stepwise.advance(at);
    await stepwise.finish();
    const atOnce = await aRun();
    await atOnce.events(visitsAt('12:00', '12:20'));
    await atOnce.finish();
    expect(stepwise.count('contributions', 'visit')).toBe(8);
    expect(atOnce.count('contributions', 'visit')).toBe(8);
    expect(atOnce.everything()).toEqual(stepwise.everything());
  });

  it('of a run without input is a ledger of two lines', async () => {
    const run = await drive();
    await run.finish();
    expect(run.ledger.map(({ entry }) => entry.type)).toEqual(['genesis', 'finished']);
    expect(run.windows).toEqual([]);
  });
});

describe('begin', () => {
  it('writes the parameters once', async () => {
    const run = await drive();
    const first = run.ledger[0]?.entry;
    if (first?.type === 'genesis') run.engine.begin(first);
    expect(run.ledger).toHaveLength(1);
  });
});

describe('G-13 a day on which nothing is counted', () => {
  it('has its stores withheld at the moment when its day closes, like any other', async () => {
    const run = await aRun();
    await run.fix(aFix({ ...crowd[0], at: clock('12:00'), position: { lat: 35.6, lng: 139.7 } }));
    run.advance(clock('06:00', 1) - 1);
    expect(run.rows('visits')).toEqual([]);
    run.advance(clock('06:00', 1));
    expect(run.rows('visits').map(({ unit_id, status }) => `${unit_id} ${status}`)).toEqual([
      'bakery WITHHELD',
      'cinema WITHHELD',
      'grocer WITHHELD',
      'hatter WITHHELD',
      'inn WITHHELD',
    ]);
    run.advance(clock('06:00', 1) + DAY_MS);
    expect(run.rows('visits')).toHaveLength(5);
  });
});
