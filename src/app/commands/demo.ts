/** `oboro demo`: simulates a day of a city, runs the job on it, and shows what may be seen of it afterwards. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { latLngToCell } from 'h3-js';
import { readStores, writeCity } from '../../../examples/city/write.ts';
import type { CityStore } from '../../../examples/city/places.ts';
import { systemClock, systemRandomness } from '../../adapters/system/clock.ts';
import { openTables } from '../../adapters/tables/read.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import { renderReport } from '../../dashboard/report.ts';
import { OboroError } from '../../model/errors.ts';
import type { SanitizedLocation } from '../../model/sanitized.ts';
import { DAY_MS, eventTime } from '../../model/time.ts';
import { gatherReport } from '../../query/gather-report.ts';
import { Zone } from '../../time/zone.ts';
import { NEXT, beforeAfterOf, factsOf } from '../demo/facts.ts';
import type { PickedFix } from '../demo/one-fix.ts';
import { VisitPicker, pickFix } from '../demo/one-fix.ts';
import { previewLines } from '../demo/preview.ts';
import { SAMPLE_DAY } from '../demo/sample-day.ts';
import { packageRoot } from '../package-root.ts';
import type { RunManifest } from '../run/manifest.ts';
import type { RunResult } from '../run/run.ts';
import { runEmbedded } from '../run/run.ts';
import { stageLines, summaryStages } from '../run/summary.ts';
import { stopSignal } from '../stop-signal.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';
import { CODE_VERSION } from '../version.ts';

export interface DemoFlags extends TalkOptions {
  readonly out: string;
  readonly members: string;
}

const { startDate: START_DATE, seed: SEED } = SAMPLE_DAY;
const START_MS = Date.parse(`${START_DATE}T04:00:00+09:00`);
const MAX_MEMBERS = 100_000;

export const demo = async (flags: DemoFlags): Promise<void> => {
  const members = Number(flags.members);
  if (!Number.isInteger(members) || members < 1 || members > MAX_MEMBERS) {
    throw new OboroError('USAGE', `--members: a whole number from 1 to ${String(MAX_MEMBERS)} expected`);
  }
  const talk = terminal(flags);
  const root = packageRoot();
  const config = await loadConfig({ file: join(root, 'config', 'demo.yaml') });
  const stores = readStores(join(root, 'examples', 'city'));
  const folders = { input: join(flags.out, 'input'), result: join(flags.out, 'result') };
  talk.talk(`Simulating ${START_DATE} of ${members.toLocaleString('en-US')} people around real stores …`);
  const picked = await simulate(folders.input, stores, members);
  talk.talk('Running oboro on what their phones sent …');
  const watched = watch(picked, config.policy.snap.bucketMs);
  const result = await runDemo(folders, config, flags, watched.watch);
  if (result.manifest === null) {
    talk.result('Stopped. Run the same command again to go on.');
    return;
  }
  await show(result.manifest, {
    flags,
    config,
    stores,
    folder: folders.result,
    picked,
    left: watched.left(),
  });
};

const simulate = async (folder: string, stores: readonly CityStore[], members: number) => {
  await mkdir(folder, { recursive: true });
  const picker = new VisitPicker();
  writeCity(folder, { seed: SEED, members, days: 1, startDate: START_DATE, stores, truth: picker.note });
  return pickFix(folder, picker.candidates());
};

/**
 * Catches the lookup record of one simulated fix: its own, or that of an earlier fix of the device in the same cell
 * and time bucket, since a bucket shows a cell once.
 */
const watch = (picked: PickedFix | null, bucketMs: number) => {
  let left: SanitizedLocation | null = null;
  const fix = picked?.fix ?? null;
  const bucketStart = fix === null ? 0 : Math.floor(fix.atMs / bucketMs) * bucketMs;
  return {
    left: () => left,
    watch: {
      wants: (deviceId: string, at: number) =>
        fix !== null && deviceId === fix.deviceId && at >= bucketStart && at <= fix.atMs,
      saw: (record: SanitizedLocation) => {
        const { lat, lng } = fix ?? { lat: 0, lng: 0 };
        if (record.cell === latLngToCell(lat, lng, record.resolution)) left = record;
      },
    },
  };
};

const runDemo = async (
  folders: { readonly input: string; readonly result: string },
  config: Config,
  flags: DemoFlags,
  watching: ReturnType<typeof watch>['watch'],
): Promise<RunResult> => {
  const { signal, stopListening } = stopSignal();
  try {
    return await runEmbedded({
      inputs: [folders.input],
      out: folders.result,
      config,
      codeVersion: CODE_VERSION,
      clock: systemClock,
      randomness: systemRandomness,
      signal,
      progress: { stream: process.stderr, quiet: flags.quiet ?? false },
      watch: watching,
    });
  } finally {
    stopListening();
  }
};

interface Show {
  readonly flags: DemoFlags;
  readonly config: Config;
  readonly stores: readonly CityStore[];
  readonly folder: string;
  readonly picked: PickedFix | null;
  readonly left: SanitizedLocation | null;
}

const show = async (manifest: RunManifest, about: Show): Promise<void> => {
  const { flags, config, stores, folder, picked, left } = about;
  const { result, json, bold } = terminal(flags);
  const tables = await openTables(folder);
  try {
    const zone = new Zone(config.policy.zone);
    const beforeAfter = picked === null ? null : await beforeAfterOf(picked, left, tables, zone);
    const span = { fromMs: START_MS, toMs: START_MS + DAY_MS };
    const madeAt = eventTime(systemClock.now());
    const facts = factsOf({ manifest, config, stores, madeAt, folder, beforeAfter, span });
    const report = resolve(flags.out, 'report.html');
    await writeFile(report, renderReport(await gatherReport(tables, facts)));
    if (json) {
      result(JSON.stringify({ report, manifest }));
      return;
    }
    result('');
    for (const stage of summaryStages) for (const line of stageLines(stage, manifest.counts)) result(line);
    for (const line of await previewLines(tables, bold)) result(line);
    result(`${bold('Report')}  ${relative(process.cwd(), report)}`);
    result(`        ${pathToFileURL(report).href}`);
    result('');
    result(bold('Next'));
    for (const { command, does } of NEXT(folder)) result(`  ${command.padEnd(58)} ${does}`);
  } finally {
    await tables.close();
  }
};
