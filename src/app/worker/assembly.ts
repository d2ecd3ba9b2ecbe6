/** Puts a worker together: views that all its tasks share, then a stream worker for each stage it serves. */
import { SealedChangelog } from '../../adapters/stream/changelog-codec.ts';
import { SealedContributions } from '../../adapters/stream/contribution-codec.ts';
import { VaultRecords } from '../../adapters/stream/vault-codec.ts';
import { CoarseTelemetry } from '../../adapters/telemetry/coarse.ts';
import type { Wrapper } from '../../adapters/vault/wrap.ts';
import type { Config } from '../../config/config.ts';
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import type { GenesisEntry } from '../../model/ledger.ts';
import type { Store } from '../../model/place.ts';
import type { EventTime } from '../../model/time.ts';
import { eventTime } from '../../model/time.ts';
import type { Clock, Randomness } from '../../ports/clock.ts';
import type { GroupReader, Log, LogBatch, Position, Tail } from '../../ports/log.ts';
import type { ConsentViews, ReleaseViews } from '../../ports/views.ts';
import type { SchemaRegistry } from '../../ports/registry.ts';
import type { Journal, Role, Telemetry } from '../../ports/telemetry.ts';
import type { Released, WindowRows } from '../../release/released.ts';
import { releaseEntry } from '../../release/ledger.ts';
import { EARLIEST } from '../../runtime/engine.ts';
import type { SlotRecord } from '../../runtime/fold-runner.ts';
import type { GateOutputCodec, SanitizeOutputCodec } from '../../runtime/stream/codecs.ts';
import { GateStream } from '../../runtime/stream/gate-stream.ts';
import type { SanitizeStanding } from '../../runtime/stream/sanitize-options.ts';
import { SanitizeStream } from '../../runtime/stream/sanitize-stream.ts';
import { StreamWorker } from '../../runtime/stream/stream-worker.ts';
import { RIGHT_TOPICS, TOPICS } from '../../runtime/stream/topics.ts';
import { VaultView } from '../../runtime/stream/vault-view.ts';
import { saltDeadline, saltDeath } from '../../time/schedule.ts';
import type { Land } from '../../topology/parts.ts';
import { landOf } from '../../topology/parts.ts';
import { ledgerRules, releaseFlow, sanitizeFlow } from '../../topology/topology.ts';
import { partitionOf } from '../../wire/murmur2.ts';
import { genesisOf, rulesOf } from '../run/manifest.ts';
import { StreamInput } from './input-codec.ts';
import { gateOutput, sanitizeOutput } from './output-codecs.ts';

export interface WorkerMeans {
  readonly config: Config;
  readonly codeVersion: string;
  readonly roles: readonly Role[];
  readonly log: Log;
  readonly readerOf: (role: Role) => GroupReader;
  readonly registry: SchemaRegistry;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  readonly stores: readonly Store[];
  /** Left out where there is no Redis. */
  readonly views?: ConsentViews | null;
  /** Told of released windows; left out where there is no Redis. */
  readonly releases?: ReleaseViews | null;
  /** Null leaves salts unwrapped: on loopback only. */
  readonly wrapper: Wrapper | null;
  /** Fixed salts for tests. */
  readonly imported: ((name: SaltName) => Buffer) | null;
  /** Keys the consent book. */
  readonly deploymentKey: Buffer;
  /** Called with a fault that ends the process. */
  readonly failed: (fault: unknown) => void;
}

/** A task that has been restored. */
export interface SanitizeTask {
  readonly partition: number;
  readonly stands: SanitizeStanding;
  readonly positions: readonly Position[];
}

type Rows = Released<WindowRows>;

interface Counts {
  readonly sanitize: number;
  readonly gate: number;
}

export class WorkerAssembly {
  readonly #means: WorkerMeans;
  readonly #land: Land;
  readonly #rules: string;
  readonly #vaultCodec: VaultRecords;
  readonly #vault: VaultView;
  /** By role: gate tasks tell nothing exactly (G-15). */
  readonly #telemetry: Readonly<Record<Role, Telemetry>>;
  #workers: readonly StreamWorker[] = [];
  #tail: Tail | null = null;

  constructor(means: WorkerMeans) {
    this.#means = means;
    this.#land = landOf({ policy: means.config.policy, stores: means.stores });
    const { wrapper, imported, randomness, telemetry, config } = means;
    this.#rules = rulesOf(config, this.#land.units);
    this.#telemetry = { sanitize: telemetry, aggregate: new CoarseTelemetry(telemetry) };
    const vault = { topic: TOPICS.vault, wrapper, imported, randomness, rules: this.#rules };
    this.#vaultCodec = new VaultRecords(vault);
    this.#vault = new VaultView(this.#vaultCodec);
  }

  get workers(): readonly StreamWorker[] {
    return this.#workers;
  }

  get vault(): VaultView {
    return this.#vault;
  }

  /** The sanitize tasks of this process, as they stand. */
  sanitizeTasks(): readonly SanitizeTask[] {
    return this.#workers.flatMap(({ runners }) =>
      runners.flatMap(({ partition, task, state }) =>
        task instanceof SanitizeStream && state !== 'restoring'
          ? [{ partition, stands: task.stands, positions: task.positions() }]
          : [],
      ),
    );
  }

  /** Partitions of all sanitize tasks of this process, those that are being restored too. */
  sanitizePartitions(): readonly number[] {
    return this.#workers
      .filter(({ states }) => states.role === 'sanitize')
      .flatMap(({ runners }) => runners.map(({ partition }) => partition));
  }

  /** Writes consent views that are not whole anew, as far as their tasks are here. */
  mendViews(): void {
    const stale = this.#means.views?.stale() ?? [];
    for (const { partition, task } of this.#workers.flatMap(({ runners }) => runners)) {
      if (task instanceof SanitizeStream && stale.includes(partition)) task.rebuildViews();
    }
  }

  /** Joins the groups; resolves when it has asked to, which is before it has tasks. */
  async start(): Promise<void> {
    const { log, roles } = this.#means;
    const counts = await this.#counts();
    // Not read to its end here: a dead writer of salts may have left a transaction open in it, which only the task that
    // takes over ends; that task waits, and so does whoever misses a salt.
    this.#tail = await log.tail(TOPICS.vault, this.#takeSalts);
    const workers: StreamWorker[] = [];
    for (const role of roles) {
      workers.push(role === 'sanitize' ? await this.#sanitize(counts) : await this.#aggregate(counts));
    }
    this.#workers = workers;
    for (const worker of workers) await worker.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await this.#tail?.close();
  }

  /** Salts that cannot be read are nothing that goes by: without them the worker would wait for ever, or make others. */
  readonly #takeSalts = (batch: LogBatch): void => {
    try {
      this.#vault.take(batch);
    } catch (cause) {
      this.#means.failed(cause);
      throw cause;
    }
  };

  async #counts(): Promise<Counts> {
    return {
      sanitize: await this.#partitionsOf('raw.gps'),
      gate: await this.#partitionsOf(TOPICS.contributions),
    };
  }

  async #partitionsOf(topic: string): Promise<number> {
    const partitions = await this.#means.log.partitionsOf(topic);
    if (partitions !== null) return partitions;
    throw new OboroError('TOPIC_MISSING', `there is no topic ${topic}`, {
      hint: 'Make the topics with: oboro topics create',
    });
  }

  async #sanitize(counts: Counts): Promise<StreamWorker> {
    const { registry, clock } = this.#means;
    const input = await StreamInput.open({ registry, clock, partitions: counts.sanitize });
    const output = await sanitizeOutput(registry);
    return this.#worker('sanitize', RIGHT_TOPICS, (partition) =>
      this.#sanitizeTask(partition, counts, { input, output }),
    );
  }

  async #aggregate(counts: Counts): Promise<StreamWorker> {
    const { zone } = this.#land.calendar;
    const output = await gateOutput({ registry: this.#means.registry, iso: (at) => zone.iso(at) });
    return this.#worker('aggregate', [], (partition) => this.#gateTask(partition, counts, output));
  }

  #worker(
    role: Role,
    first: readonly string[],
    make: (partition: number) => SanitizeStream | GateStream<Rows>,
  ): StreamWorker {
    const { clock, journal, failed, readerOf, config } = this.#means;
    const settings = config.stream;
    return new StreamWorker({
      ...{ role, first, make, clock, journal, failed, settings, telemetry: this.#telemetry[role] },
      reader: readerOf(role),
    });
  }

  #sanitizeTask(
    partition: number,
    counts: Counts,
    { input, output }: { readonly input: StreamInput; readonly output: SanitizeOutputCodec },
  ): SanitizeStream {
    const { log, clock, config, deploymentKey, randomness, views = null } = this.#means;
    const { policy, stream } = config;
    return new SanitizeStream({
      ...{ partition, log, clock, input, output, views, vault: this.#vault },
      telemetry: this.#telemetry.sanitize,
      transactionalId: this.#idOf('sanitize', partition),
      make: ({ keyOf }) => ({
        flow: sanitizeFlow({ ...this.#land, keyOf }, { deploymentKey, wallBound: EARLIEST }),
        calendar: this.#land.calendar,
        contributions: new SealedContributions({ keyOf, randomness }),
        changelog: new SealedChangelog<SlotRecord>({
          place: { topic: TOPICS.state, partition },
          deployment: config.kafka.deployment,
          keyOf,
          randomness,
        }),
      }),
      partitionOf: (region) => partitionOf(Buffer.from(region, 'latin1'), counts.gate),
      shape: { partitions: counts.sanitize, rules: this.#rules },
      gatePartitions: counts.gate,
      settings: {
        latenessMs: policy.latenessMs,
        skewMs: policy.plausibility.skewMs,
        grace: policy.gate,
        ...stream,
      },
    });
  }

  #gateTask(partition: number, counts: Counts, output: GateOutputCodec<Rows>): GateStream<Rows> {
    const { log, clock, journal, randomness, releases = null } = this.#means;
    const isMine = (region: string): boolean =>
      partitionOf(Buffer.from(region, 'latin1'), counts.gate) === partition;
    return new GateStream<Rows>({
      ...{
        partition,
        log,
        clock,
        telemetry: this.#telemetry.aggregate,
        journal,
        output,
        releases,
        vault: this.#vault,
        vaultCodec: this.#vaultCodec,
      },
      transactionalId: this.#idOf('aggregate', partition),
      vaultCaughtUp: () => this.#caughtUp(),
      make: ({ keyOf }) => ({
        flow: releaseFlow({ ...this.#land, keyOf }, { isMine }),
        contributions: new SealedContributions({ keyOf, randomness }),
      }),
      genesis: this.#genesis(counts),
      rules: ledgerRules,
      entryOf: releaseEntry,
      deathOf: this.#deathOf,
      deadlineOf: (name, bornAt) => saltDeadline(name, { bornAt, calendar: this.#land.calendar }),
      sanitizePartitions: counts.sanitize,
      gatePartitions: counts.gate,
    });
  }

  async #caughtUp(): Promise<void> {
    await this.#tail?.caughtUp();
  }

  readonly #deathOf = (name: SaltName): EventTime => {
    const { latenessMs, gate } = this.#means.config.policy;
    return eventTime(saltDeath(name, { calendar: this.#land.calendar, grace: gate, latenessMs }));
  };

  #genesis(counts: Counts): GenesisEntry {
    const { policy, policyHash } = this.#means.config;
    const { units } = this.#land;
    const genesis = genesisOf({
      ...{ policy, policyHash, units, codeVersion: this.#means.codeVersion },
      vaultImported: this.#means.imported !== null,
    });
    const { deployment } = this.#means.config.kafka;
    const shape = { inputPartitions: counts.sanitize, gatePartitions: counts.gate, deployment };
    return { ...genesis, parameters: { ...genesis.parameters, ...shape } };
  }

  #idOf(stage: Role, partition: number): string {
    const { application, deployment } = this.#means.config.kafka;
    return [application, deployment, stage, partition].join('.');
  }
}
