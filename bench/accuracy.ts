/**
 * Accuracy of the visit detector on real traces, beside four other stop detectors and the bounds that must hold.
 * Exit code 1 when a bound is missed; `--json FILE` writes the figures.
 *
 *   npm run bench:accuracy -- --data DIR [--json FILE]
 *
 * DIR (default: the environment's OBORO_DATA) holds the fixes, `reference/` and `tools/measure.py`; it needs `python3`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { EvalVisitsResult } from '../src/app/eval-visits.ts';
import { evalVisits } from '../src/app/eval-visits.ts';
import type { Peer, Row } from './accuracy/rows.ts';
import { PEERS, ROWS, RUNS } from './accuracy/rows.ts';
import type { Figures } from './accuracy/score.ts';
import { missed, scoreOurs, scorePeer } from './accuracy/score.ts';

interface Scored {
  readonly row: Row;
  readonly ours: Figures;
  readonly peers: Readonly<Record<Peer, Figures>>;
  readonly missed: readonly string[];
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'string' } } });
  const data = values.data ?? process.env['OBORO_DATA'];
  if (data === undefined) {
    process.stderr.write('say where the evaluation data is: --data DIR or OBORO_DATA\n');
    return 64;
  }
  const folder = mkdtempSync(join(tmpdir(), 'oboro-accuracy-'));
  try {
    const runs = await detectAll(data, folder);
    const scored: Scored[] = [];
    for (const row of ROWS) scored.push(await score(data, row, visitsFile(folder, row.run.name)));
    process.stdout.write(`${tableOf(scored)}\n`);
    if (values.json !== undefined)
      writeFileSync(values.json, `${JSON.stringify({ runs, scored }, null, 1)}\n`);
    return scored.some((row) => row.missed.length > 0) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const visitsFile = (folder: string, name: string): string => join(folder, `${name}.csv`);

const detectAll = async (
  data: string,
  folder: string,
): Promise<Readonly<Record<string, EvalVisitsResult>>> => {
  const results: Record<string, EvalVisitsResult> = {};
  for (const { name, fixes, places, bridge } of RUNS) {
    results[name] = await evalVisits({
      fixes: join(data, fixes),
      places: join(data, places),
      out: visitsFile(folder, name),
      bridge,
      lateness: 'PT5M',
    });
  }
  return results;
};

const score = async (data: string, row: Row, candidate: string): Promise<Scored> => {
  const ours = await scoreOurs(data, row, candidate);
  const peers = await Promise.all(
    PEERS.map(async (peer) => [peer, await scorePeer(data, row, peer)] as const),
  );
  return {
    row,
    ours,
    peers: Object.fromEntries(peers) as Record<Peer, Figures>,
    missed: missed(row, ours),
  };
};

const tableOf = (scored: readonly Scored[]): string => {
  const head = ['data', 'bound', 'oboro', '', ...PEERS];
  const lines = scored.map(({ row, ours, peers, missed: words }) => [
    row.title,
    boundOf(row),
    wordsOf(ours),
    words.length === 0 ? 'holds' : `MISSED: ${words.join(', ')}`,
    ...PEERS.map((peer) => wordsOf(peers[peer])),
  ]);
  const rows = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  const note =
    'Panels: core recall / unsupported share / median dwell error; accepted stays: F1 / recall / median dwell error.';
  return [...rows, '', note].join('\n');
};

const wordsOf = ({ found, other, dwellS }: Figures): string =>
  `${found.toFixed(3)} / ${other.toFixed(3)} / ${dwellS.toFixed(0)} s`;

const boundOf = (row: Row): string => {
  const dwell = row.dwellS === null ? '' : ` / ≤ ${String(row.dwellS)} s`;
  return row.kind === 'accepted'
    ? `≥ ${row.f1.toFixed(2)} / ≥ ${row.recall.toFixed(2)}${dwell}`
    : `≥ ${row.coreRecall.toFixed(2)} / ≤ ${row.unsupported.toFixed(2)}${dwell}`;
};

process.exitCode = await main();
