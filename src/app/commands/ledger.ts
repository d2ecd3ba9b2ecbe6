/** `oboro ledger verify`. */
import { readFile } from 'node:fs/promises';
import { KafkaClients } from '../../adapters/kafka/client.ts';
import { KafkaLog } from '../../adapters/kafka/log.ts';
import { loadConfig } from '../../config/load.ts';
import { OboroError } from '../../model/errors.ts';
import type { LedgerReport } from '../../release/ledger-verify.ts';
import { verifyLedger } from '../../release/ledger-verify.ts';
import type { ProofReport } from '../../release/proof.ts';
import { ledgerChains } from '../ledger-topic.ts';
import { proveWithState } from '../prove.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export interface LedgerFlags extends TalkOptions {
  readonly withState?: boolean;
  /** The chains on the cluster instead of a file. */
  readonly kafka?: boolean;
  readonly input?: readonly string[];
  readonly config?: string;
}

export const ledgerVerify = async (file: string | undefined, flags: LedgerFlags): Promise<void> => {
  if (flags.kafka === true) return verifyTopic(flags);
  if (file === undefined) throw new OboroError('USAGE', 'a ledger file or --kafka expected');
  const report = verifyLedger(await readLedger(file));
  const proof = flags.withState === true ? await proveWithState(file, flags) : null;
  const { json, result } = terminal(flags);
  if (json) result(JSON.stringify({ ...report, ...(proof === null ? {} : { withState: proof }) }));
  else for (const line of [...reportLines(file, report), ...proofLines(proof)]) result(line);
  const faults = report.problems.length + (proof?.problems.length ?? 0);
  if (faults > 0) throw new OboroError('LEDGER_BROKEN', `${file}: ${String(faults)} faults`);
};

/** Every partition of the topic is a chain of its own. */
const verifyTopic = async (flags: LedgerFlags): Promise<void> => {
  if (flags.withState === true) {
    throw new OboroError('USAGE', '--with-state needs a ledger file and the inputs it was made of');
  }
  const config = await loadConfig({ file: flags.config ?? null });
  const log = new KafkaLog(await KafkaClients.open(config.kafka));
  try {
    const reports = (await ledgerChains(log)).map(verifyLedger);
    const { json, result } = terminal(flags);
    if (json) result(JSON.stringify({ partitions: reports }));
    else {
      reports.forEach((report, partition) => {
        for (const line of reportLines(`release.ledger-${String(partition)}`, report, true)) result(line);
      });
    }
    const faults = reports.reduce((sum, { problems }) => sum + problems.length, 0);
    if (faults > 0) throw new OboroError('LEDGER_BROKEN', `release.ledger: ${String(faults)} faults`);
  } finally {
    await log.close();
  }
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

const reportLines = (name: string, report: LedgerReport, isEndless = false): readonly string[] => {
  const alive = report.epochs.filter((epoch) => !epoch.destroyed);
  return [
    `${name}: ${String(report.lines)} lines, head ${report.head}`,
    `chain             ${report.problems.length === 0 ? 'holds' : 'BROKEN'}`,
    `releases          ${String(report.releases)} windows, ${String(report.keys)} keys, each at most once`,
    `epochs            ${String(report.epochs.length)} born, ${String(report.epochs.length - alive.length)} destroyed`,
    ...(report.erasures === 0 ? [] : [`erasures          ${String(report.erasures)} receipts`]),
    ...alive.map(
      (epoch) => `  still alive     ${epoch.audience} ${new Date(epoch.epochStartMs).toISOString()}`,
    ),
    ...(report.imported ? ['salts             IMPORTED: not secret, for tests only'] : []),
    ...(report.finished || isEndless ? [] : ['end               the run has not finished yet']),
    ...report.problems.map((problem) => `fault             ${problem}`),
  ];
};
