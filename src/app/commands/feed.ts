/** `oboro fixtures feed`: sends the records of input files to the topics, as the app's own producers would. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStores, writeCity } from '../../../examples/city/write.ts';
import { systemClock, systemRandomness } from '../../adapters/system/clock.ts';
import { loadConfig } from '../../config/load.ts';
import { OboroError } from '../../model/errors.ts';
import type { Outgoing } from '../../ports/log.ts';
import { openCluster } from '../cluster.ts';
import { SAMPLE_DAY } from '../demo/sample-day.ts';
import { openPatiently } from '../feed/patient-writer.ts';
import { feedRecords } from '../feed/records.ts';
import { packageRoot } from '../package-root.ts';
import { stopSignal } from '../stop-signal.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export interface FeedFlags extends TalkOptions {
  readonly input?: readonly string[];
  /** Members of a simulated day that is sent instead of files. */
  readonly sample?: string;
  readonly config?: string;
}

const BATCH = 2_000;

export const feed = async (flags: FeedFlags): Promise<void> => {
  const config = await loadConfig({ file: flags.config ?? null });
  const folder = await sampleFolder(flags);
  const inputs = folder === null ? (flags.input ?? []) : [folder];
  if (inputs.length === 0) throw new OboroError('USAGE', '--input or --sample expected');
  const cluster = await openCluster(config);
  const { signal, stopListening } = stopSignal();
  try {
    const counts = await feedTo(cluster, { inputs, config, signal });
    const talk = terminal(flags);
    if (flags.json === true) talk.result(JSON.stringify(counts));
    else for (const [topic, n] of Object.entries(counts)) talk.result(`${topic}\t${String(n)}`);
  } finally {
    stopListening();
    await cluster.close();
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
};

const MAX_SAMPLE = 100_000;

/** A simulated day of the bundled city in a folder of its own; null when files are sent. */
const sampleFolder = async ({ sample }: FeedFlags): Promise<string | null> => {
  if (sample === undefined) return null;
  const members = Number(sample);
  if (!Number.isInteger(members) || members < 1 || members > MAX_SAMPLE) {
    throw new OboroError('USAGE', `--sample: a whole number from 1 to ${String(MAX_SAMPLE)} expected`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'oboro-sample-'));
  const stores = readStores(join(packageRoot(), 'examples', 'city'));
  writeCity(folder, { ...SAMPLE_DAY, members, days: 1, stores });
  return folder;
};

type Target = Pick<Awaited<ReturnType<typeof openCluster>>, 'log' | 'registry'>;
interface FeedWhat {
  readonly inputs: readonly string[];
  readonly config: Awaited<ReturnType<typeof loadConfig>>;
  readonly signal: AbortSignal;
}

/** Records sent, by topic. One transaction a batch, so that a feed that fails leaves whole batches only. */
export const feedTo = async ({ log, registry }: Target, { inputs, config, signal }: FeedWhat) => {
  const partitions = await log.partitionsOf('raw.gps');
  const storePartitions = await log.partitionsOf('ref.stores');
  if (partitions === null || storePartitions === null) {
    throw new OboroError('TOPIC_MISSING', 'the input topics are not there', {
      hint: 'Make the topics with: oboro topics create',
    });
  }
  const { application, deployment } = config.kafka;
  const writer = await openPatiently(log, `${application}.${deployment}.feed`, systemClock);
  const counts: Record<string, number> = {};
  let waiting: Outgoing[] = [];
  const send = async (): Promise<void> => {
    await writer.commit(waiting);
    for (const { topic } of waiting) counts[topic] = (counts[topic] ?? 0) + 1;
    waiting = [];
  };
  try {
    const options = { inputs, partitions, storePartitions, registry, signal };
    const means = { clock: systemClock, randomness: systemRandomness };
    const limits = { latenessMs: config.policy.latenessMs, maxLineBytes: config.run.maxLineBytes };
    for await (const record of feedRecords({ ...options, ...means, ...limits })) {
      waiting.push(record);
      if (waiting.length >= BATCH) await send();
      if (signal.aborted) break;
    }
    await send();
  } finally {
    await writer.close();
  }
  return counts;
};
