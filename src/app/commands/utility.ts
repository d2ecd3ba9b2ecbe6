/** `oboro utility`: the price of a setting, before it is chosen. For the operator: its shares are exact. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { systemClock, systemRandomness } from '../../adapters/system/clock.ts';
import { loadConfig } from '../../config/load.ts';
import { TOLD_AT } from '../../release/accuracy.ts';
import { runEmbedded } from '../run/run.ts';
import { stopSignal } from '../stop-signal.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';
import type { Alternative } from '../utility/report.ts';
import { Alternatives } from '../utility/report.ts';
import { CODE_VERSION } from '../version.ts';

export interface UtilityFlags extends TalkOptions {
  readonly input: readonly string[];
  readonly config?: string;
}

export const utility = async (flags: UtilityFlags): Promise<void> => {
  const { json, result, talk } = terminal(flags);
  const alternatives = await runBeside(flags);
  if (alternatives === null) {
    talk('Stopped before the end of the inputs: nothing can be said yet.');
    return;
  }
  if (json) result(JSON.stringify({ alternatives }));
  else for (const line of tableOf(alternatives)) result(line);
};

/** Runs the inputs once, with gates of other parameters beside; what is released goes into a folder that is thrown away. */
const runBeside = async (flags: UtilityFlags): Promise<readonly Alternative[] | null> => {
  const config = await loadConfig({ file: flags.config ?? null });
  const out = await mkdtemp(join(tmpdir(), 'oboro-utility-'));
  const { signal, stopListening } = stopSignal();
  const told: Alternatives[] = [];
  try {
    const { state } = await runEmbedded({
      inputs: flags.input,
      out,
      config,
      codeVersion: CODE_VERSION,
      clock: systemClock,
      randomness: systemRandomness,
      signal,
      progress: { stream: process.stderr, quiet: flags.quiet ?? false },
      beside: (stores) => {
        const alternatives = new Alternatives(config.policy, stores, systemRandomness);
        told.push(alternatives);
        return alternatives;
      },
    });
    return state === 'finished' ? (told[0]?.report() ?? null) : null;
  } finally {
    stopListening();
    await rm(out, { recursive: true, force: true });
  }
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const HEAD = [
  'parameters',
  'rows',
  'store hours',
  'store days',
  'cells',
  'region',
  'not released',
  'dwell',
  'transitions',
  'noise SD',
  ...TOLD_AT.map((n) => `error at ${String(n)}`),
];

const rowOf = ({ name, tier, k, accuracy, count }: Alternative): readonly string[] => {
  const { visits, rows, storeHours, storeDays, cells, regions, dwell, transitions } = count;
  const share = (n: number): string => (visits === 0 ? '–' : percent(n / visits));
  const released = storeHours + storeDays + cells + regions;
  return [
    name === 'running' ? `running (${tier}${tier === 'dp' ? '' : ` k ${String(k)}`})` : name,
    String(rows),
    ...[storeHours, storeDays, cells, regions, visits - released, dwell, transitions].map(share),
    accuracy.noiseSd.toFixed(1),
    ...TOLD_AT.map((n) => percent(accuracy.relativeError[n])),
  ];
};

const tableOf = (alternatives: readonly Alternative[]): readonly string[] => {
  const lines = [HEAD, ...alternatives.map(rowOf)];
  const widths = HEAD.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const text = lines.map((line) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
  const visits = alternatives[0]?.count.visits ?? 0;
  return [
    `Of ${String(visits)} visits counted, by what is released of them:`,
    '',
    ...text,
    '',
    'store days: rows of dayparts and days. not released: too few people, withdrawn, or too late; in dp beyond the bound.',
    'dwell, transitions: share of the visits that such a breakdown holds. error: root mean square of published against',
    'true visitors. These shares are exact: they are for whoever holds the data, not for publication.',
  ];
};
