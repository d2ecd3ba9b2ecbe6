/** Judges a simulated stream by its topics alone: what was released, set aside and kept, against a computation without any log. */
import type { LedgerLine } from '../../../src/model/ledger.ts';
import type { SaltName } from '../../../src/model/identity.ts';
import { epochStart } from '../../../src/model/time.ts';
import { verifyLedger } from '../../../src/release/ledger-verify.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../../src/runtime/stream/topics.ts';
import { calendarOf } from '../../../src/topology/parts.ts';
import { avroCodec } from '../../../src/wire/avro.ts';
import type { FileTopic } from '../../../src/wire/decoder.ts';
import { unframed } from '../../../src/wire/framed.ts';
import { TopicIntake } from '../../../src/wire/intake-record.ts';
import { releaseRowCodec } from '../../../src/wire/release-rows.ts';
import { SCHEMAS } from '../../../src/wire/schemas.gen.ts';
import type { Topic } from '../../../src/wire/schemas.gen.ts';
import { aPolicy } from '../builders.ts';
import type { Entry, PartitionLog } from '../model-broker/partition-log.ts';
import { textOf } from '../stream/stream.ts';
import type { Setup } from './stream-setup.ts';
import type { Expected, TownInput } from './town-input.ts';
import { CANARY, recordOf } from './town-input.ts';
import { afterWithdrawals } from './withdrawal-oracle.ts';
import type { World } from './world.ts';

const TABLES = ['visits', 'dwell', 'transitions', 'footfall'] as const;
const RAW = new Set<string>(SANITIZE_TOPICS);

const isKept = ({ isMarker, transaction }: Entry): boolean =>
  !isMarker && (transaction === null || transaction.outcome === 'committed');

const values = <T extends Topic>(log: PartitionLog, topic: T, isFramed = true) => {
  const { decode } = avroCodec(topic);
  return log.committed().map(({ value }) => {
    const bytes = value ?? Buffer.alloc(0);
    const outcome = decode(isFramed ? unframed(bytes) : bytes);
    if (outcome.kind !== 'keep') throw new Error(`a value of ${topic} cannot be read`);
    return outcome.value;
  });
};

export class StreamOracle {
  readonly #world: World;
  readonly #expected: Expected;
  readonly #input: TownInput;

  constructor({ world, expected, input }: Pick<Setup, 'world' | 'expected' | 'input'>) {
    this.#world = world;
    this.#expected = expected;
    this.#input = input;
  }

  /** Where the newest commit says that reading of an input goes on. */
  positionOf(topic: string, partition: number): number {
    const state = this.#world.cluster.find({ topic: TOPICS.state, partition });
    const positions = state === null ? [] : (lastState(state)?.positions ?? []);
    return positions.find((one) => one.topic === topic)?.offset ?? 0;
  }

  /** True when a commit has taken in everything that is in the inputs. */
  isTakenIn(): boolean {
    return this.#logs(TOPICS.state).every((state) => {
      const positions = lastState(state)?.positions ?? [];
      return SANITIZE_TOPICS.every((topic) => {
        const input = this.#world.cluster.find({ topic, partition: state.partition });
        const position = positions.find((one) => one.topic === topic)?.offset;
        return input === null || input.end === 0 || position === input.end;
      });
    });
  }

  /** True when every salt is destroyed and every ledger knows of its own. */
  isReleased(): boolean {
    const epochs = this.#epochs().length;
    const isEnded = (log: PartitionLog): boolean =>
      this.#ledger(log).filter(
        ({ entry }) => entry.type === 'epoch_destroyed' && entry.audience === 'statistics',
      ).length >= epochs;
    return this.#openSalts() === 0 && this.#logs(TOPICS.ledger).every(isEnded);
  }

  /** Throws with what is wrong. */
  judge(): void {
    this.#rows();
    this.#locations();
    this.#ledgers();
    this.#deadLetters();
    this.#canaries();
    this.#withdrawals();
  }

  #rows(): void {
    const { zone } = calendarOf(aPolicy());
    for (const table of TABLES) {
      const codec = releaseRowCodec(table, (at) => zone.iso(at));
      const rows = this.#logs(`release.${table}`).flatMap((log) =>
        log.committed().map(({ value }) => {
          const row = codec.decode(unframed(value ?? Buffer.alloc(0)));
          if (row.kind !== 'keep') throw new Error(`a row of ${table} cannot be read`);
          return textOf(row.value);
        }),
      );
      this.#same(`rows of ${table}`, rows.sort(), this.#expected.rows[table] ?? []);
    }
  }

  #locations(): void {
    const isRacers = (pseudonym: string): boolean => this.#expected.racers.some((of) => of.has(pseudonym));
    const found = this.#logs('location.sanitized').flatMap((log) =>
      values(log, 'location.sanitized')
        .filter(({ pseudonym }) => !isRacers(pseudonym))
        .map(textOf),
    );
    this.#same('sanitized locations', found.sort(), this.#expected.locations);
  }

  /** Chains that verify; each salt born and destroyed once; every release in one chain. */
  #ledgers(): void {
    const entries: string[] = [];
    for (const log of this.#logs(TOPICS.ledger)) {
      const lines = this.#ledger(log);
      const { problems, epochs } = verifyLedger(lines);
      if (problems.length > 0) this.#fail(`ledger ${log.partition}: ${problems.join('; ')}`);
      const alive = epochs.filter(({ destroyed }) => !destroyed);
      if (alive.length > 0) this.#fail(`ledger ${log.partition}: ${alive.length} salts are alive`);
      for (const { entry } of lines) if (entry.type === 'release') entries.push(textOf(entry));
    }
    if (new Set(entries).size !== entries.length) this.#fail('a window was released twice');
  }

  /** A dead letter for every record that cannot be read, and for no other. */
  #deadLetters(): void {
    const found = this.#logs('dead-letter').flatMap((log) =>
      values(log, 'dead-letter').map(
        ({ topic, partition, offset, reason }) => `${topic}-${partition}@${offset} ${reason}`,
      ),
    );
    const expected = [...RAW].flatMap((topic) => {
      const logs = this.#logs(topic);
      const intake = new TopicIntake<FileTopic>({ topic: topic as FileTopic, partitions: logs.length });
      intake.learn(Object.keys(SCHEMAS).indexOf(topic) + 1, SCHEMAS[topic as FileTopic]);
      return logs.flatMap((log) =>
        log.history.filter(isKept).flatMap((record) => {
          const outcome = intake.decode(record, log.partition);
          if (outcome.kind !== 'quarantine') return [];
          return [`${topic}-${log.partition}@${record.offset} ${outcome.reason}`];
        }),
      );
    });
    this.#same('dead letters', found.sort(), expected.sort());
  }

  /** No name in anything that was ever written, taken back or not. */
  #canaries(): void {
    const topics = this.#world.cluster.topics.filter((topic) => !RAW.has(topic));
    for (const topic of topics) {
      const isTold = this.#logs(topic).some(({ history }) =>
        history.some(({ key, value }) => key?.includes(CANARY) === true || value?.includes(CANARY) === true),
      );
      if (isTold) this.#fail(`a name is in ${topic}`);
    }
  }

  /** Nothing of those who withdrew comes after the commit that took their choice in (G-03). */
  #withdrawals(): void {
    const told = afterWithdrawals({
      cluster: this.#world.cluster,
      rights: this.#input.racing,
      shown: this.#expected.racers,
      epochs: this.#epochs(),
    });
    if (told.length > 0) this.#fail(`told after a withdrawal: ${told.slice(0, 3).join('; ')}`);
  }

  /** Statistics epochs of the input. */
  #epochs(): readonly SaltName[] {
    return this.#expected.ledger.flatMap(({ entry }) =>
      entry.type === 'epoch_born' && entry.audience === 'statistics'
        ? [{ audience: entry.audience, epoch: epochStart(entry.epochStartMs) }]
        : [],
    );
  }

  /** How many statistics salts the vault has destroyed. */
  get buried(): number {
    const all = this.#logs(TOPICS.vault).flatMap((log) => values(log, 'oboro.vault', false));
    return all.filter(({ audience, state }) => audience === 'statistics' && state === 'destroyed').length;
  }

  /** How many of a device's fixes have been taken in. */
  takenInOf(device: string): number {
    const fixes = this.#input.rest.filter(({ deviceId }) => deviceId?.reveal() === device);
    const [first] = fixes;
    if (first === undefined) return 0;
    const records = fixes.map((fix) => recordOf(fix, this.#logs(TOPICS.state).length));
    const { topic, partition } = recordOf(first, this.#logs(TOPICS.state).length);
    const position = this.positionOf(topic, partition);
    const log = this.#world.cluster.find({ topic, partition });
    const isOf = (entry: Entry): boolean =>
      records.some(({ value }) => value !== null && entry.value?.equals(value) === true);
    return log?.history.filter((entry) => entry.offset < position && isOf(entry)).length ?? 0;
  }

  #openSalts(): number {
    const held = new Set<string>();
    for (const log of this.#logs(TOPICS.vault)) {
      for (const { audience, epoch, state } of values(log, 'oboro.vault', false)) {
        if (state === 'held') held.add(`${audience}|${epoch}`);
        else held.delete(`${audience}|${epoch}`);
      }
    }
    return held.size;
  }

  #ledger(log: PartitionLog): readonly LedgerLine[] {
    return values(log, TOPICS.ledger);
  }

  #logs(topic: string): readonly PartitionLog[] {
    return this.#world.cluster.partitions(topic);
  }

  #same(what: string, found: readonly string[], expected: readonly string[]): void {
    const missing = without(expected, found);
    const added = without(found, expected);
    if (missing.length === 0 && added.length === 0) return;
    const told = (label: string, of: readonly string[]): string =>
      `${label} ${of.length}: ${of.slice(0, 3).join('\n')}`;
    this.#fail(`${what}: ${told('missing', missing)}\n${told('too many', added)}`);
  }

  #fail(what: string): never {
    throw this.#world.simulation.failure(what);
  }
}

/** What of a list is not in another, each as often as it is too many. */
const without = (list: readonly string[], other: readonly string[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const one of other) counts.set(one, (counts.get(one) ?? 0) + 1);
  return list.filter((one) => {
    const left = counts.get(one) ?? 0;
    counts.set(one, left - 1);
    return left <= 0;
  });
};

/** The newest standing of a sanitize task. */
const lastState = (log: PartitionLog) => {
  const last = log.committed().at(-1)?.value;
  if (last === undefined || last === null) return null;
  const outcome = avroCodec('oboro.state').decode(last.subarray(1));
  return outcome.kind === 'keep' ? outcome.value : null;
};
