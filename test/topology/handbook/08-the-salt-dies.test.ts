/**
 * Chapter 8: the salt dies.
 *
 * All names of a day hang on one secret, the *salt* of its epoch. When the day's last window is released, the state is
 * dropped and the salt is zeroed. From then on nobody can say who stood behind a name, we neither; the ledger says
 * when it was born and when it died.
 */
import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../../../src/release/ledger-verify.ts';
import { aFix, clock } from '../../support/builders.ts';
import { drive } from '../../support/drive.ts';

const begin = async () => {
  const run = await drive();
  run.consent({ device: 'phone-1' });
  await run.fix(aFix({ at: clock('12:00') }));
  return run;
};
const lives = (run: Awaited<ReturnType<typeof begin>>): readonly string[] =>
  run.ledger.flatMap(({ entry }) => ('audience' in entry ? [`${entry.audience} ${entry.type}`] : []));

describe('G-07 the salt of a day', () => {
  it('is born before its first event and its commitment is written down', async () => {
    const run = await begin();
    expect(lives(run)).toEqual(['nearby epoch_born', 'statistics epoch_born']);
    const [born] = run.ledger.map(({ entry }) => entry).filter(({ type }) => type === 'epoch_born');
    expect(born).toMatchObject({ commitment: expect.stringMatching(/^[0-9a-f]{64}$/u) as string });
  });

  it('lives until six the next morning, when the day has been released, and not a moment longer', async () => {
    const run = await begin();
    const { ring } = run;
    const name = { audience: 'statistics', epoch: run.flow.calendar.epochAt(clock('12:00')).start } as const;
    run.advance(clock('06:00', 1) - 1);
    expect(ring.keyOf(name, 'pseudonym')).not.toBeNull();
    run.advance(clock('06:00', 1));
    expect(ring.keyOf(name, 'pseudonym')).toBeNull();
    await run.commit();
    expect(lives(run)).toContain('statistics epoch_destroyed');
    expect(await run.vault.hold([name])).toEqual([null]);
  });

  it('and what comes after that for its day is dropped, however honest', async () => {
    const run = await begin();
    run.advance(clock('06:00', 1));
    await run.commit();
    await run.fix(aFix({ at: clock('12:05') }));
    expect(run.count('doors', 'epoch_closed')).toBe(1);
  });

  it('and at the end of a run none is left alive', async () => {
    const run = await begin();
    await run.finish();
    const report = verifyLedger(run.ledger);
    expect(report.problems).toEqual([]);
    expect(report.epochs.map(({ audience, destroyed }) => `${audience} ${String(destroyed)}`)).toEqual([
      'nearby true',
      'statistics true',
    ]);
  });
});
