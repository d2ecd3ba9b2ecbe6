/**
 * Chapter 3: a visit becomes a contribution.
 *
 * Fixes inside a store, long enough, are a *visit*. What a visit adds to the tables is its *contribution*: this
 * subject, this store, this hour. One person adds so much and no more, so that nobody can fill a row alone.
 */
import { describe, expect, it } from 'vitest';
import { aFix, aStay, clock, eventTimeAfter } from '../../support/builders.ts';
import { drive } from '../../support/drive.ts';

const me = { device: 'phone-1', member: 'm1' };

describe('a visit becomes a contribution', () => {
  it('when the stay was long enough, once it is over', async () => {
    const run = await drive();
    run.consent(me);
    await run.events(
      aStay({ ...me, store: 'bakery', from: clock('12:00'), to: clock('12:20'), leaves: false }),
    );
    // Still inside: nothing is counted yet.
    run.advance(clock('12:20'));
    expect(run.count('contributions', 'visit')).toBe(0);
    // Ten minutes later the phone is far away.
    await run.fix(aFix({ ...me, at: clock('12:30'), position: { lat: 35.9, lng: 139.7 } }));
    run.advance(clock('12:40'));
    expect(run.count('contributions', 'visit')).toBe(1);
  });

  it('and walking past is none', async () => {
    const run = await drive();
    run.consent(me);
    await run.events(aStay({ ...me, store: 'bakery', from: clock('12:00'), to: clock('12:02') }));
    await run.finish();
    expect(run.count('contributions', 'visit')).toBe(0);
  });

  it('G-10 and of many visits in one hour three are counted', async () => {
    const run = await drive();
    run.consent(me);
    for (let nth = 0; nth < 5; nth++) {
      const from = eventTimeAfter(clock('12:00'), nth * 12);
      await run.events(
        aStay({ ...me, store: 'bakery', from, to: eventTimeAfter(from, 5), everyMs: 30_000 }).slice(0, -1),
      );
    }
    await run.finish();
    expect(run.count('contributions', 'visit')).toBe(3);
    expect(run.count('contributions', 'over_visits')).toBe(2);
  });
});
