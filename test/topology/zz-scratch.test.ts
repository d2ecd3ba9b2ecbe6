import { it } from 'vitest';
import { drive } from '../support/drive.ts';
import { aSmallPolicy, aStay, clock, inOrder, people } from '../support/builders.ts';
const ppl = people(12);
it('smoke', async () => {
  const run = await drive({ policy: aSmallPolicy() });
  run.consents(ppl);
  await run.events(inOrder(ppl.flatMap((p, i) => aStay({ ...p, store: 'bakery', from: clock('12:00') , to: clock(i % 2 ? '12:12' : '12:30') }))));
  console.log(run.counts);
  await run.finish();
  console.log(run.counts);
  console.log(run.windows.map((w) => [w.table, w.windowKind, w.windowStart, w.rows.filter(r=>r.status==='RELEASED')]).map((x) => JSON.stringify(x)).join('\n'));
  console.log(run.ledger.map((l) => l.entry.type).join(' '));
});
it('mid-visit withdrawal, alone', async () => {
  const run = await drive({ policy: aSmallPolicy() });
  run.consents(ppl);
  for (const e of inOrder(ppl.flatMap((p) => aStay({ ...p, store: 'bakery', from: clock('12:00') , to: clock('12:30'), leaves: false })))) await run.fix(e);
  for (const p of ppl) run.consent({ ...p, at: clock('12:31'), purposes: [] });
  run.advance(clock('20:00', 1)); 
  console.log(run.counts);
});
