/** Feeds raw.gps at a steady rate and watches location.sanitized as a reader of committed records does: how long a fix takes to be readable. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaClients } from '../../src/adapters/kafka/client.ts';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import type { Config } from '../../src/config/config.ts';
import type { Outgoing } from '../../src/ports/log.ts';
import { avroCodec } from '../../src/wire/avro.ts';
import { unframed } from '../../src/wire/framed.ts';
import { Load, noonMs } from './load.ts';

export interface LatencyOptions {
  readonly config: Config;
  readonly subjects: number;
  readonly perS: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

export interface Latency {
  readonly askedPerS: number;
  readonly fedPerS: number;
  readonly watched: number;
  /** Watched fixes that were not readable two seconds after the last was sent. */
  readonly missing: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Every so many fixes one asks for shops nearby, by a token that its record carries, and is watched. */
const WATCHED = 100;
const TICK_MS = 10;
const AFTER_MS = 5_000;

/** A watched fix, by its token. */
interface Sent {
  readonly atMs: number;
  seenMs: number | null;
}

class Watch {
  readonly sent = new Map<string, Sent>();
  readonly #decode = avroCodec('location.sanitized').decode;

  see(value: Buffer | null): void {
    const outcome = value === null ? null : this.#decode(unframed(value));
    if (outcome?.kind !== 'keep' || outcome.value.requestId === null) return;
    const sent = this.sent.get(outcome.value.requestId);
    if (sent !== undefined) sent.seenMs ??= performance.now();
  }
}

export const measureLatency = async (options: LatencyOptions): Promise<Latency> => {
  const { config, subjects } = options;
  const { inputPartitions: partitions } = config.topics;
  const load = await Load.open({ profile: 'city', subjects, partitions }, noonMs(Date.now()));
  const clients = await KafkaClients.open(config.kafka);
  const log = new KafkaLog(clients);
  const watch = new Watch();
  const tail = await log.tail('location.sanitized', ({ records }) => {
    for (const { value } of records) watch.see(value);
  });
  await tail.caughtUp();
  const fed = await feed(options, { clients, load, watch });
  await sleep(AFTER_MS);
  await tail.close();
  await log.close();
  return { ...fed, ...summaryOf([...watch.sent.values()]), askedPerS: options.perS };
};

interface Feeding {
  readonly clients: KafkaClients;
  readonly load: Load;
  readonly watch: Watch;
}

const feed = async (
  { perS, warmMs, measureMs }: LatencyOptions,
  { clients, load, watch }: Feeding,
): Promise<{ readonly fedPerS: number }> => {
  const producer = clients.client({ role: 'feed' }).producer({
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  await producer.connect();
  const started = performance.now();
  const token = (n: number): string | null => (n % WATCHED === 0 ? `watch-${String(n)}` : null);
  let count = 0;
  let underWay: Promise<unknown> = Promise.resolve();
  for (let ms = 0; ms < warmMs + measureMs; ms = performance.now() - started) {
    const due = Math.floor((ms / 1_000) * perS) - count;
    if (due > 0) {
      const records = load.next(due, token);
      if (ms > warmMs) note(watch, records, count, performance.now());
      count += due;
      const sent = producer.send({ topic: 'raw.gps', messages: records.map(messageOf) });
      underWay = Promise.all([underWay, sent]);
    }
    await sleep(TICK_MS);
  }
  await underWay;
  await producer.disconnect();
  return { fedPerS: (count / (performance.now() - started)) * 1_000 };
};

const messageOf = ({ key, value, partition }: Outgoing) => ({ key, value, partition });

const note = (watch: Watch, records: readonly Outgoing[], first: number, atMs: number): void => {
  records.forEach((_, i) => {
    if ((first + i) % WATCHED === 0) watch.sent.set(`watch-${String(first + i)}`, { atMs, seenMs: null });
  });
};

const summaryOf = (sent: readonly Sent[]): Omit<Latency, 'askedPerS' | 'fedPerS'> => {
  // Some are never published, the same in every run: their places are shielded.
  const took = sent.flatMap(({ atMs, seenMs }) => (seenMs === null ? [] : [seenMs - atMs]));
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0;
  return {
    watched: sent.length,
    missing: sent.filter(({ seenMs }) => seenMs === null).length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: took.at(-1) ?? 0,
  };
};
