/** `npm run attack`: checks that what is attacked is synthetic, runs the attacks, and leaves the report. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { CITY_VARIABLE } from './city-choice.ts';
import { OUT_VARIABLE } from './report-writer.ts';
import { ACCEPT_VARIABLE, SCORES_VARIABLE } from './score.ts';
import { judgeFolder } from './synthetic.ts';

const USAGE = 'usage: npm run attack -- [--city DIR] [--out DIR] [--accept]\n';
/** EX_NOPERM, EX_USAGE of sysexits.h. */
const [REFUSED, WRONG_USE] = [77, 64];

const OPTIONS = {
  city: { type: 'string' },
  out: { type: 'string', default: 'attack-report' },
  accept: { type: 'boolean', default: false },
} as const;

const parsed = () => {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch {
    return null;
  }
};

/** The environment of the run; null when the folder is refused. */
const cityOf = (dir: string | undefined): Readonly<Record<string, string>> | null => {
  if (dir === undefined) return {};
  const judged = judgeFolder(dir);
  if (judged.ok) return { [CITY_VARIABLE]: JSON.stringify(judged.numbers) };
  process.stderr.write(`refused: attacks run on simulated cities only; ${judged.why}\n`);
  process.stderr.write('A folder that examples/city/write.ts wrote, unchanged, is taken.\n');
  return null;
};

const attack = (environment: Readonly<Record<string, string>>): number => {
  const run = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'attacks'];
  const { status } = spawnSync(process.execPath, run, {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return status ?? 1;
};

const main = (): number => {
  const given = parsed();
  if (given === null) {
    process.stderr.write(USAGE);
    return WRONG_USE;
  }
  const city = cityOf(given.city);
  if (city === null) return REFUSED;
  if (given.accept && (given.city !== undefined || process.env[CITY_VARIABLE] !== undefined)) {
    process.stderr.write('--accept records the scores of the built-in city alone\n');
    return WRONG_USE;
  }
  const folder = mkdtempSync(join(tmpdir(), 'oboro-attack-'));
  const scores = join(folder, 'scores.jsonl');
  writeFileSync(scores, '');
  try {
    return attack({
      ...city,
      [OUT_VARIABLE]: given.out,
      [SCORES_VARIABLE]: scores,
      ...(given.accept ? { [ACCEPT_VARIABLE]: '1' } : {}),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

process.exitCode = main();
