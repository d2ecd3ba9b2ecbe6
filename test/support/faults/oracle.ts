/** The oracle: reads what a deployment has committed and says what is wrong with it; nothing when all invariants hold. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaLog } from '../../../src/adapters/kafka/log.ts';
import type { Config } from '../../../src/config/config.ts';
import { asLedgerLine } from '../../../src/release/ledger-shape.ts';
import { verifyLedger } from '../../../src/release/ledger-verify.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../../src/runtime/stream/topics.ts';
import { avroCodec } from '../../../src/wire/avro.ts';
import { unframed } from '../../../src/wire/framed.ts';
import { rowsIn } from '../stream/stream.ts';
import type { Expected } from './expected.ts';
import { PLACE_TABLES } from './expected.ts';
import type { Deployment } from './stand.ts';
import { GATE_PARTITIONS, INPUT_PARTITIONS } from './stand.ts';

const LIVENESS_MS = 120_000;

/** Resolves when every ledger chain says that the day's statistics salt is destroyed (O4); rejects when it takes too long. */
export const finished = async (deployment: Deployment, withinMs = LIVENESS_MS): Promise<void> => {
  const log = deployment.openLog();
  const ended = new Set<number>();
  let tooLong: NodeJS.Timeout | null = null;
  try {
    await new Promise<void>((resolve, reject) => {
      tooLong = setTimeout(() => {
        reject(new Error(`after ${String(withinMs)} ms only chains ${[...ended].join(', ')} have ended`));
      }, withinMs);
      const take = (partition: number, value: Buffer | null): void => {
        const entry = value === null ? null : asLedgerLine(ledgerLine(value))?.entry;
        if (entry?.type === 'epoch_destroyed' && entry.audience === 'statistics') ended.add(partition);
        if (ended.size === GATE_PARTITIONS) resolve();
      };
      log
        .tail(TOPICS.ledger, ({ partition, records }) => {
          for (const { value } of records) take(partition, value);
        })
        .catch(reject);
    });
  } finally {
    if (tooLong !== null) clearTimeout(tooLong);
    await log.close();
  }
};

const ledgerLine = (value: Buffer): unknown => {
  const line = avroCodec('release.ledger').decode(unframed(value));
  return line.kind === 'keep' ? line.value : null;
};

/** What was committed, read with our own reader. */
interface Seen {
  /** Values by topic and partition. */
  readonly values: ReadonlyMap<string, readonly Buffer[]>;
  /** Looked through for canaries only. */
  readonly keys: readonly Buffer[];
}

const OUTPUTS: readonly (readonly [topic: string, partitions: number])[] = [
  ...PLACE_TABLES.map((table) => [`release.${table}`, GATE_PARTITIONS] as const),
  [TOPICS.ledger, GATE_PARTITIONS],
  ['location.sanitized', INPUT_PARTITIONS],
  ['dead-letter', INPUT_PARTITIONS],
  [TOPICS.state, INPUT_PARTITIONS],
];

const look = async (log: KafkaLog): Promise<Seen> => {
  const values = new Map<string, Buffer[]>();
  const keys: Buffer[] = [];
  for (const [topic, partitions] of OUTPUTS) {
    for (let partition = 0; partition < partitions; partition++) {
      const held: Buffer[] = [];
      await log.readToEnd({ topic, partition }, null, ({ records }) => {
        for (const { key, value } of records) {
          if (value !== null) held.push(value);
          if (key !== null) keys.push(key);
        }
      });
      values.set(`${topic}|${String(partition)}`, held);
    }
  }
  return { values, keys };
};

export interface Judged {
  readonly deployment: Deployment;
  readonly expected: Expected;
  /** Folder of the broker's data, for the search on disk. */
  readonly dataDir: string;
}

/** Everything that is wrong, in words; workers must have stopped. */
export const judge = async ({ deployment, expected, dataDir }: Judged): Promise<readonly string[]> => {
  const log = deployment.openLog();
  try {
    const seen = await look(log);
    return [
      ...outputProblems(seen, expected, deployment.config),
      ...ledgerProblems(seen),
      ...(await positionProblems(seen, log)),
      ...canaryProblems(seen, expected, dataDir),
    ];
  } finally {
    await log.close();
  }
};

const of = ({ values }: Seen, topic: string): readonly Buffer[] =>
  [...values].filter(([place]) => place.startsWith(`${topic}|`)).flatMap(([, held]) => held);

/** Offsets of the inputs that no task has committed yet. */
export const unread = async (deployment: Deployment): Promise<number> => {
  const log = deployment.openLog();
  try {
    const seen = await look(log);
    let offsets = 0;
    for (let partition = 0; partition < INPUT_PARTITIONS; partition++) {
      const last = (seen.values.get(`${TOPICS.state}|${String(partition)}`) ?? []).map(headerOf).at(-1);
      for (const topic of SANITIZE_TOPICS) {
        const { start, end } = await log.bounds({ topic, partition });
        offsets += end - (last?.positions.find((one) => one.topic === topic)?.offset ?? start);
      }
    }
    return offsets;
  } finally {
    await log.close();
  }
};

/** O1, O2: nothing missing, nothing twice, nothing else. */
const outputProblems = (seen: Seen, expected: Expected, config: Config): readonly string[] => {
  const rows = rowsIn((topic) => of(seen, topic), config);
  const found: Record<string, readonly string[]> = {
    'location.sanitized': of(seen, 'location.sanitized').map((value) => unframed(value).toString('hex')),
  };
  for (const table of PLACE_TABLES) found[`release.${table}`] = rows[table];
  const letters = of(seen, 'dead-letter').map(letterName);
  const awaited = new Set(expected.deadLetters);
  return [
    ...Object.entries(expected.outputs).flatMap(([topic, wanted]) =>
      differences(topic, wanted, found[topic] ?? []),
    ),
    ...differences('dead-letter', expected.deadLetters, letters),
    ...letters.filter((letter) => !awaited.has(letter)).slice(0, 5),
  ];
};

const letterName = (value: Buffer): string => {
  const read = avroCodec('dead-letter').decode(unframed(value));
  if (read.kind !== 'keep') return 'unreadable';
  const { reason, topic, partition, offset } = read.value;
  return [reason, topic, partition, offset].join(' ');
};

const differences = (
  name: string,
  wanted: readonly string[],
  found: readonly string[],
): readonly string[] => {
  const counts = new Map<string, number>();
  for (const one of wanted) counts.set(one, (counts.get(one) ?? 0) + 1);
  for (const one of found) counts.set(one, (counts.get(one) ?? 0) - 1);
  const sum = (sign: 1 | -1): number =>
    [...counts.values()].reduce((total, n) => total + Math.max(0, sign * n), 0);
  const [missing, unexpected] = [sum(1), sum(-1)];
  if (missing + unexpected === 0) return [];
  return [
    `${name}: of ${String(wanted.length)} expected, ${String(missing)} missing and ${String(unexpected)} too many`,
  ];
};

/** Every chain is whole, nothing is released twice, every salt is destroyed. */
const ledgerProblems = (seen: Seen): readonly string[] =>
  Array.from({ length: GATE_PARTITIONS }, (_, partition) => {
    const lines = (seen.values.get(`${TOPICS.ledger}|${String(partition)}`) ?? []).map(ledgerLine);
    const { problems, epochs } = verifyLedger(lines);
    const alive = epochs.filter(({ destroyed }) => !destroyed).length;
    return [
      ...problems.map((problem) => `ledger ${String(partition)}: ${problem}`),
      ...(alive === 0 ? [] : [`ledger ${String(partition)}: ${String(alive)} salts are not destroyed`]),
    ];
  }).flat();

/** O4: what tasks say they have done reaches the ends of all inputs, and their numbers go up one by one. */
const positionProblems = async (seen: Seen, log: KafkaLog): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (let partition = 0; partition < INPUT_PARTITIONS; partition++) {
    const headers = (seen.values.get(`${TOPICS.state}|${String(partition)}`) ?? []).map(headerOf);
    const last = headers.at(-1);
    for (const topic of SANITIZE_TOPICS) {
      const { start, end } = await log.bounds({ topic, partition });
      const position = last?.positions.find((one) => one.topic === topic)?.offset ?? start;
      if (position !== end) problems.push(`${topic}-${String(partition)} stands at ${position} of ${end}`);
    }
    problems.push(...sequenceProblems(partition, headers));
  }
  return problems;
};

/** A value begins with the version of its format. */
const FORMAT_BYTES = 1;

const headerOf = (value: Buffer) => {
  const read = avroCodec('oboro.state').decode(value.subarray(FORMAT_BYTES));
  if (read.kind !== 'keep') throw new Error('a value of oboro.state cannot be read');
  return read.value;
};

const sequenceProblems = (
  partition: number,
  headers: readonly ReturnType<typeof headerOf>[],
): readonly string[] => {
  const deltas = headers.filter(({ kind }) => kind === 'delta').map(({ sequence }) => sequence);
  const torn = deltas.filter((sequence, i) => i > 0 && sequence !== (deltas[i - 1] ?? 0) + 1).length;
  return torn === 0 ? [] : [`oboro.state-${String(partition)}: ${String(torn)} jumps in the sequence`];
};

/** Topics whose bytes on disk are as they were written, inputs and rights aside. */
const AS_WRITTEN = /^(location\.sanitized|dead-letter|fraud\.signals|oboro\.[a-z]+|__)/;

/** O3: on disk, uncommitted and aborted bytes included; and in what readers get of the compressed topics. */
const canaryProblems = (seen: Seen, { canaries }: Expected, dataDir: string): readonly string[] => {
  const found = new Set<string>();
  const search = (what: string, bytes: Buffer): void => {
    for (const label of canaries.foundIn(bytes)) found.add(`${what} holds a ${label}`);
  };
  for (const [place, values] of seen.values) for (const value of values) search(place, value);
  for (const key of seen.keys) search('a key', key);
  for (const file of segmentsUnder(dataDir)) search(file.name, readFileSync(file.path));
  return [...found];
};

const segmentsUnder = (dataDir: string): readonly { readonly name: string; readonly path: string }[] =>
  readdirSync(dataDir, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const topic = entry.parentPath.split('/').at(-1) ?? '';
    if (!entry.isFile() || !entry.name.endsWith('.log') || !AS_WRITTEN.test(topic)) return [];
    return topic.endsWith('-delete') ? [] : [{ name: topic, path: join(entry.parentPath, entry.name) }];
  });
