/** Judges G-03 in a simulated stream: once a commit has taken a withdrawal in, no later one says anything of that person. */
import { SealedContributions } from '../../../src/adapters/stream/contribution-codec.ts';
import type { SaltName } from '../../../src/model/identity.ts';
import { subjectOf } from '../../../src/model/identity.ts';
import type { RawRight } from '../../../src/model/raw.ts';
import { KeyRing } from '../../../src/runtime/key-ring.ts';
import { TOPICS } from '../../../src/runtime/stream/topics.ts';
import { pseudonymOf } from '../../../src/sanitize/pseudonym.ts';
import { avroCodec } from '../../../src/wire/avro.ts';
import { unframed } from '../../../src/wire/framed.ts';
import type { ModelCluster } from '../model-broker/model-cluster.ts';
import type { Entry, Transaction } from '../model-broker/partition-log.ts';
import { SeededBytes } from '../seeded.ts';
import { fixedSalt } from '../stream/stream.ts';
import { recordOf } from './town-input.ts';

const isCommitted = ({ isMarker, transaction }: Entry): boolean =>
  !isMarker && (transaction === null || transaction.outcome === 'committed');

export interface Withdrawals {
  readonly cluster: ModelCluster;
  readonly rights: readonly RawRight[];
  /** For each right: that person's pseudonyms in sanitized locations. */
  readonly shown: readonly ReadonlySet<string>[];
  /** Statistics epochs in which they may have been. */
  readonly epochs: readonly SaltName[];
}

/** One sentence per record that should not be. */
export const afterWithdrawals = (of: Withdrawals): readonly string[] =>
  of.rights.flatMap((right, i) => {
    const partitions = of.cluster.partitions(TOPICS.state).length;
    const { topic, partition, key, value } = recordOf(right, partitions);
    const written = of.cluster.find({ topic, partition })?.history ?? [];
    const offset = written.find(
      (entry) => entry.key?.equals(key ?? NONE) && entry.value?.equals(value ?? NONE),
    );
    if (offset === undefined) return ['a withdrawal was never written'];
    const order = commitsAfter(of.cluster, { topic, partition, offset: offset.offset });
    const shown = of.shown[i] ?? new Set();
    return [...shownLater(of.cluster, { partition, shown }, order), ...countedLater(of, right, order)];
  });

const NONE = Buffer.alloc(0);

/** Transactions of a sanitize task that came after the one that took the record in. */
const commitsAfter = (
  cluster: ModelCluster,
  {
    topic,
    partition,
    offset,
  }: { readonly topic: string; readonly partition: number; readonly offset: number },
): ReadonlySet<Transaction> => {
  const { decode } = avroCodec('oboro.state');
  const later = new Set<Transaction>();
  let first: Transaction | null = null;
  for (const entry of cluster.find({ topic: TOPICS.state, partition })?.history ?? []) {
    const { transaction, value } = entry;
    if (!isCommitted(entry) || transaction === null || value === null) continue;
    if (first !== null && transaction !== first) later.add(transaction);
    const state = decode(value.subarray(1));
    const position = state.kind === 'keep' ? state.value.positions.find((one) => one.topic === topic) : null;
    if (first === null && position !== null && position !== undefined && position.offset > offset) {
      first = transaction;
    }
  }
  return later;
};

const shownLater = (
  cluster: ModelCluster,
  { partition, shown }: { readonly partition: number; readonly shown: ReadonlySet<string> },
  later: ReadonlySet<Transaction>,
): readonly string[] => {
  const { decode } = avroCodec('location.sanitized');
  const history = cluster.find({ topic: 'location.sanitized', partition })?.history ?? [];
  return history.flatMap((entry) => {
    if (!isCommitted(entry) || entry.transaction === null || !later.has(entry.transaction)) return [];
    const record = decode(unframed(entry.value ?? NONE));
    const isTheirs = record.kind === 'keep' && shown.has(record.value.pseudonym);
    return isTheirs ? [`location.sanitized-${partition}@${entry.offset} ${record.value.pseudonym}`] : [];
  });
};

const countedLater = (
  { cluster, epochs }: Withdrawals,
  right: RawRight,
  later: ReadonlySet<Transaction>,
): readonly string[] => {
  const ring = new KeyRing();
  for (const name of epochs) ring.add({ name, bytes: fixedSalt(name), commitment: '', born: false });
  const codec = new SealedContributions({ keyOf: ring.keyOf, randomness: new SeededBytes('oracle') });
  const subjects = new Set(
    epochs.map((name) => {
      const key = ring.keyOf(name, 'pseudonym');
      return key === null ? '' : pseudonymOf(key, subjectOf(right) ?? right.deviceId);
    }),
  );
  return cluster.partitions(TOPICS.contributions).flatMap(({ topic, partition, history }) =>
    history.flatMap((entry) => {
      const { value, transaction, offset } = entry;
      if (!isCommitted(entry) || transaction === null || value === null || !later.has(transaction)) return [];
      if (codec.read(value).kind !== 'sealed') return [];
      return (codec.open({ topic, partition }, value) ?? [])
        .filter(({ kind, subject }) => kind !== 'retract' && subjects.has(subject))
        .map(({ kind }) => `${kind} in ${topic}-${partition}@${offset}`);
    }),
  );
};
