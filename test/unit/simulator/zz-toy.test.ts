import { it } from 'vitest';
import { runCounters } from '/work/main/test/support/simulator/counter-run.ts';
import { breathe } from '/work/main/test/support/simulator/simulation.ts';
it('toy', async () => {
  const t0 = performance.now(); let steps=0; let fails=0;
  const [from, to] = [Number(process.env.FROM ?? 1), Number(process.env.TO ?? 50)];
  for (let seed = from; seed <= to; seed++) {
    try { const w = await runCounters({ seed, defects: JSON.parse(process.env.DEF ?? '{}') }); steps += w.simulation.steps; }
    catch (e) { fails++; if (fails <= Number(process.env.SHOW ?? 1)) console.log(String((e as Error).message)); else console.log(seed, String((e as Error).message).split('\n')[0]); }
    await breathe();
  }
  console.log(`seeds ${to-from+1} fails ${fails} steps ${steps} ms ${performance.now()-t0}`);
}, 600000);
