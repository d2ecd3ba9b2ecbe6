/**
 * Chapter 1: a fix becomes a cell.
 *
 * A phone says where it is: one *fix*, with a latitude and a longitude and an identifier. Nobody who looks for shops
 * nearby needs any of the three. What they need is: roughly here, roughly now, and some name to answer to.
 */
import { describe, expect, it } from 'vitest';
import { aFix, clock, moved, storeOf } from '../../support/builders.ts';
import { drive } from '../../support/drive.ts';

describe('G-08 a fix becomes a cell', () => {
  it('of 200 metres a side and a bucket of five minutes, under a name that lasts an hour', async () => {
    const run = await drive();
    run.consent({ device: 'phone-1' });

    // The phone is in front of the bakery, at twelve minutes and a bit past noon.
    await run.fix(aFix({ device: 'phone-1', at: clock('12:12:34') }));

    expect(run.locations).toHaveLength(1);
    const [shown] = run.locations;
    // Not the position but the hexagon around it; not the second but the bucket that it falls in.
    expect(shown).toMatchObject({ resolution: 9, bucketStart: clock('12:10'), bucketS: 300 });
    // Not the identifier but a keyed hash of it, good for the hour from twelve to one.
    expect(shown?.pseudonym).toMatch(/^[0-9a-f]{32}$/u);
    expect(shown?.epoch).toBe(clock('12:00'));
    expect(JSON.stringify(run.locations)).not.toContain('phone-1');
  });

  it('and is shown once, however often the phone repeats itself', async () => {
    const run = await drive();
    run.consent({ device: 'phone-1' });
    const { position } = storeOf('bakery');
    for (const second of ['00', '20', '40']) {
      await run.fix(
        aFix({ at: clock(`12:11:${second}`), position: moved(position, Number(second) / 10, 0) }),
      );
    }
    expect(run.locations).toHaveLength(1);
  });

  it('and the next hour it has another name: the two cannot be joined', async () => {
    const run = await drive();
    run.consent({ device: 'phone-1' });
    await run.fix(aFix({ at: clock('12:59') }));
    await run.fix(aFix({ at: clock('13:01') }));
    const [before, after] = run.locations;
    expect(before?.cell).toBe(after?.cell);
    expect(before?.pseudonym).not.toBe(after?.pseudonym);
  });
});
