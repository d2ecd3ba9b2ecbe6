(globalThis as any).DBG = !!process.env.DBG;
import { it } from 'vitest';
import { runStreamSeed } from '../../support/simulator/stream-run.ts';
import { breathe } from '../../support/simulator/simulation.ts';
it('stream', async () => {
  const t0 = performance.now(); let steps=0; let fails=0;
  const [from, to] = [Number(process.env.FROM ?? 1), Number(process.env.TO ?? 10)];
  for (let seed = from; seed <= to; seed++) {
    try { const w = await runStreamSeed({ seed, defects: JSON.parse(process.env.DEF ?? '{}'), ...(process.env.FAULTS ? {faults: Number(process.env.FAULTS)} : {}) }); steps += w.simulation.steps; if (process.env.V) console.log(seed, w.simulation.fingerprint); }
    catch (e) { fails++; if (fails <= Number(process.env.SHOW ?? 1)) console.log(String((e as Error).message), (e as Error).name === 'SimulationFailure' ? '' : (e as Error).stack); else console.log(seed, String((e as Error).message).split('\n')[0]); }
    await breathe();
  }
  console.log(`seeds ${to-from+1} fails ${fails} steps ${steps} ms ${performance.now()-t0}`);
}, 600000);
