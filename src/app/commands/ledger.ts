/** `oboro ledger verify`. */
import { readFile } from 'node:fs/promises';
import { OboroError } from '../../model/errors.ts';
import type { LedgerReport } from '../../release/ledger-verify.ts';
import { verifyLedger } from '../../release/ledger-verify.ts';
import type { ProofReport } from '../../release/proof.ts';
import { proveWithState } from '../prove.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export interface LedgerFlags extends TalkOptions {
  readonly withState?: boolean;
  readonly input?: readonly string[];
  readonly config?: string;
}

export const ledgerVerify = async (file: string, flags: LedgerFlags): Promise<void> => {
  const report = verifyLedger(await readLedger(file));
  const proof = flags.withState === true ? await proveWithState(file, flags) : null;
  const { json, result } = terminal(flags);
  if (json) result(JSON.stringify({ ...report, ...(proof === null ? {} : { withState: proof }) }));
  else for (const line of [...reportLines(file, report), ...proofLines(proof)]) result(line);
  const faults = report.problems.length + (proof?.problems.length ?? 0);
  if (faults > 0) throw new OboroError('LEDGER_BROKEN', `${file}: ${String(faults)} faults`);
};

/** The JSON values of a ledger file's lines; null for a line that is no JSON. Throws INPUT_MISSING. */
const readLedger = async (file: string): Promise<readonly unknown[]> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new OboroError('INPUT_MISSING', `${file}: no such ledger, or not readable`, { cause });
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(lineOf);
};

const lineOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};

const proofLines = (proof: ProofReport | null): readonly string[] =>
  proof === null
    ? []
    : [
        `with state        ${String(proof.contributions)} contributions in ${String(proof.rows)} rows, disjoint; fewest members in a row: ${String(proof.fewest ?? 'no rows')}`,
        ...proof.problems.map((problem) => `fault             ${problem}`),
      ];

const reportLines = (file: string, report: LedgerReport): readonly string[] => {
  const alive = report.epochs.filter((epoch) => !epoch.destroyed);
  return [
    `${file}: ${String(report.lines)} lines, head ${report.head}`,
    `chain             ${report.problems.length === 0 ? 'holds' : 'BROKEN'}`,
    `releases          ${String(report.releases)} windows, ${String(report.keys)} keys, each at most once`,
    `epochs            ${String(report.epochs.length)} born, ${String(report.epochs.length - alive.length)} destroyed`,
    ...alive.map(
      (epoch) => `  still alive     ${epoch.audience} ${new Date(epoch.epochStartMs).toISOString()}`,
    ),
    ...(report.imported ? ['salts             IMPORTED: not secret, for tests only'] : []),
    ...(report.finished ? [] : ['end               the run has not finished yet']),
    ...report.problems.map((problem) => `fault             ${problem}`),
  ];
};
