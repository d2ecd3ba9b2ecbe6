/**
 * Chapter 7: somebody withdraws.
 *
 * From that moment on nothing more is counted of them, and what is still open forgets them. What was released before
 * names nobody and stands as it is: a row that changed would say who left.
 */
import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../../../src/release/ledger-verify.ts';
import { receiptOf } from '../../../src/runtime/receipt.ts';
import { aFix, anErasure, aSmallPolicy, aStay, clock, inOrder, people } from '../../support/builders.ts';
import { drive } from '../../support/drive.ts';

const guests = people(6);
const [leaver] = guests;
const begin = async () => {
  const run = await drive({ policy: aSmallPolicy() });
  run.consents(guests);
  const stays = guests.map((guest) =>
    aStay({ ...guest, store: 'bakery', from: clock('12:00'), to: clock('12:20') }),
  );
  await run.events(inOrder(stays.flat()));
  return run;
};

describe('G-03 a member withdraws', () => {
  it('before the hour closes: it closes without them, and five are too few for a row', async () => {
    const run = await begin();
    await run.fix(aFix({ device: 'a passer-by', at: clock('13:00') }));
    run.consent({ ...leaver, at: clock('13:00'), purposes: [] });
    await run.finish();
    expect(run.released('visits')).toEqual([]);
  });

  it('after the hour closed: the row stands', async () => {
    const run = await begin();
    await run.fix(aFix({ device: 'a passer-by', at: clock('14:00') }));
    const before = JSON.stringify(run.released('visits'));
    run.consent({ ...leaver, at: clock('14:00'), purposes: [] });
    await run.finish();
    expect(run.released('visits')).toHaveLength(1);
    expect(JSON.stringify(run.released('visits'))).toBe(before);
  });

  it('and what their phone still sends is refused at the door', async () => {
    const run = await begin();
    run.consent({ ...leaver, at: clock('12:40'), purposes: [] });
    await run.fix(aFix({ ...leaver, at: clock('12:41') }));
    expect(run.count('doors', 'no_consent')).toBe(1);
  });
});

describe('G-04 a member asks to be forgotten', () => {
  it('and everything from before is refused too, should it still come', async () => {
    const run = await begin();
    run.erase({ ...leaver, at: clock('12:50') });
    await run.fix(aFix({ ...leaver, at: clock('12:49') }));
    expect(run.count('doors', 'erased')).toBe(1);
    await run.finish();
    expect(run.released('visits')).toEqual([]);
  });

  it('and the ledger holds a receipt that whoever made the request can find, and nobody else', async () => {
    const run = await begin();
    const erasure = anErasure({ ...leaver, at: clock('12:50') });
    run.right(erasure);
    const restarted = await run.restarted([erasure]);
    await restarted.finish();
    const receipts = restarted.ledger.flatMap(({ entry }) => (entry.type === 'erasure' ? [entry] : []));
    expect(receipts).toEqual([{ type: 'erasure', ...receiptOf(erasure), no: 1 }]);
    expect(verifyLedger(restarted.ledger)).toMatchObject({ problems: [], erasures: 1 });
    expect(JSON.stringify(restarted.ledger)).not.toContain(leaver?.member);
  });
});
