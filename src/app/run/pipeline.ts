/** One embedded engine with its inputs decoded and its outputs written; saves itself so that it can go on after any kill. */
import type { InputFile } from '../../adapters/files/discover.ts';
import type { LineBatch } from '../../adapters/files/lines.ts';
import type { MergedBatch, Position } from '../../adapters/files/merge.ts';
import type { SealedCheckpoint } from '../../adapters/state/checkpoint.ts';
import { saveCheckpoint, unsealParts } from '../../adapters/state/checkpoint.ts';
import type { Config } from '../../config/config.ts';
import type { Store } from '../../model/place.ts';
import type { RawEvent, RawRight } from '../../model/raw.ts';
import type { EventTime } from '../../model/time.ts';
import { eventTime } from '../../model/time.ts';
import type { Randomness } from '../../ports/clock.ts';
import type { SaltVault } from '../../ports/salts.ts';
import { releaseEntry } from '../../release/ledger.ts';
import type { Released, WindowRows } from '../../release/released.ts';
import { Counters } from '../../runtime/counters.ts';
import { Engine } from '../../runtime/engine.ts';
import type { StatePart } from '../../runtime/fold-runner.ts';
import { KeyRing } from '../../runtime/key-ring.ts';
import { SaltKeeper } from '../../runtime/salt-keeper.ts';
import type { Topology } from '../../topology/topology.ts';
import { ledgerRules, topology } from '../../topology/topology.ts';
import type { LineDecoder } from '../../wire/decoder.ts';
import { Intake } from './intake.ts';
import type { ManifestFacts, RunManifest } from './manifest.ts';
import { genesisOf, manifestOf, writeManifests } from './manifest.ts';
import { NO_LENGTHS, Outputs } from './outputs.ts';
import type { ReleaseCounts } from './release-counts.ts';
import { NO_RELEASES, countRows } from './release-counts.ts';
import type { Saved } from './saved.ts';
import { positionOf } from './saved.ts';
import type { OnFault } from './decode-line.ts';
import type { RawSource } from './sources.ts';
import { pathsOf } from './sources.ts';
import type { Onlookers, Watch } from './watch.ts';
import type { Workspace } from './workspace.ts';

export interface PipelineOptions extends Onlookers {
  readonly follow?: boolean;
  readonly config: Config;
  readonly codeVersion: string;
  readonly randomness: Randomness;
  readonly workspace: Workspace;
  readonly fingerprint: string;
  readonly files: readonly InputFile[];
  readonly sources: readonly RawSource[];
  readonly stores: readonly Store[];
  readonly vault: SaltVault;
  readonly deploymentKey: Buffer;
  readonly latestMs: EventTime;
}

export class Pipeline {
  readonly #o: PipelineOptions;
  readonly #ring = new KeyRing();
  readonly #counters = new Counters();
  readonly #flow: Topology;
  readonly #salts: SaltKeeper;
  readonly #engine: Engine<Released<WindowRows>>;
  readonly #intake: Intake;
  #outputs: Outputs | null = null;
  #released: ReleaseCounts = NO_RELEASES;
  #position: Position | null = null;
  /** Last line taken of each file that is followed, by path. */
  readonly tails = new Map<string, number>();
  #lines = 0;
  #committedLines = 0;
  #seeing: Watch['saw'] | null = null;

  constructor(options: PipelineOptions) {
    this.#o = options;
    const { policy } = options.config;
    this.#flow = topology({
      policy,
      stores: options.stores,
      keyOf: this.#ring.keyOf,
      deploymentKey: options.deploymentKey,
      wallBound: options.latestMs,
      witness: options.witness,
    });
    this.#intake = new Intake({
      files: options.files,
      sources: options.sources,
      counters: this.#counters,
      deadLetter: (letter) => {
        this.#out.deadLetter(letter);
      },
      clock: () => this.#engine.clock,
    });
    const { calendar } = this.#flow;
    const { latenessMs, gate: grace } = policy;
    this.#salts = new SaltKeeper({ vault: options.vault, ring: this.#ring, calendar, grace, latenessMs });
    this.#engine = new Engine({
      flow: this.#flow,
      ledger: ledgerRules,
      entryOf: releaseEntry,
      salts: this.#salts,
      ring: this.#ring,
      counters: this.#counters,
      latenessMs,
      wallBound: options.latestMs,
      beside: options.beside?.(options.stores),
      sinks: {
        location: (record) => {
          this.#seeing?.(record);
          this.#out.location(record);
        },
        release: (released) => this.#release(released),
        ledger: (line) => this.#out.ledger(line),
      },
    });
  }

  /** Where reading goes on; null at the start. */
  get position(): Position | null {
    return this.#position;
  }

  get lines(): number {
    return this.#lines;
  }

  /** The run's clock, for people. */
  get eventTime(): string {
    return this.#lines === 0 ? '' : this.#flow.calendar.zone.iso(this.#engine.clock);
  }

  /** Consents and erasures are taken in before anything else; a restart reads them again. */
  right(record: RawRight): void {
    this.#engine.right(record);
  }

  /** Opens the outputs, at the start or where a saved state left them. */
  async open(saved: SealedCheckpoint<Saved> | null): Promise<void> {
    if (saved === null) {
      await this.#save(NO_LENGTHS);
      this.#outputs = await Outputs.open(this.#o.workspace.out, NO_LENGTHS);
      this.#engine.begin(genesisOf(this.#facts));
      return;
    }
    const { open, salts, sealed } = saved;
    await this.#salts.resume([...salts, ...open.engine.held]);
    const parts = unsealParts(sealed, this.#ring.keyOf) as readonly StatePart[];
    this.#outputs = await Outputs.open(this.#o.workspace.out, open.lengths, this.#o.follow !== true);
    this.#counters.restore(open.counters);
    this.#intake.restore(open.faults);
    this.#released = open.released;
    this.#position = positionOf(open, pathsOf(this.#o.sources));
    for (const [path, line] of open.tails) this.tails.set(path, line);
    this.#lines = open.lines;
    this.#committedLines = open.committedLines;
    this.#engine.restore({ ...open.engine, parts });
    this.#engine.begin(genesisOf(this.#facts));
    // A kill may have come between a regular commit and its burials.
    if (open.committedLines === open.lines) await this.#bury();
  }

  /** Notes a record that could not be used. */
  fault(...fault: Parameters<OnFault>): void {
    this.#intake.fault(...fault);
  }

  /** Takes a batch of lines in event-time order through the whole flow. */
  async take(batch: MergedBatch): Promise<void> {
    await this.#takeEvents(this.#intake.events(batch), batch.texts.length);
    this.#position = batch.position;
    if (this.#lines - this.#committedLines >= this.#o.config.run.commitEvery) await this.commit();
    else await this.#out.drain();
  }

  /** Live input goes on while time does: nothing later than this is believed. */
  believeUpTo(latestMs: number): void {
    this.#engine.believeUpTo(eventTime(latestMs));
  }

  /** The events of lines that were appended to a followed file. */
  eventsOf(file: InputFile, decoder: LineDecoder<RawEvent>, batch: LineBatch): readonly RawEvent[] {
    this.#lines += batch.texts.length;
    this.#noteTail(file, batch);
    return this.#intake.records(file, decoder, batch);
  }

  /** Takes events of followed files, in the order of their times. */
  async takeLive(events: readonly RawEvent[]): Promise<void> {
    this.#counters.add('wire', 'keep', events.length);
    const sorted = events.toSorted((a, b) => a.at - b.at);
    await this.#takeEvents(sorted, 0);
    await this.#out.drain();
  }

  /** Takes consents and erasures that were appended to a followed file. */
  takeRights(file: InputFile, decoder: LineDecoder<RawRight>, batch: LineBatch): void {
    for (const right of this.#intake.records(file, decoder, batch)) this.#engine.right(right);
    this.#noteTail(file, batch);
  }

  /** Everything up to here survives a kill when it resolves. */
  async commit(): Promise<void> {
    this.#committedLines = this.#lines;
    await this.#save(await this.#out.flush());
    await this.#bury();
  }

  /**
   * Saves where a stopped run is. Salts are buried only at regular commits, whose places depend on the input alone,
   * so that a run that was stopped ends with the same ledger.
   */
  async stop(): Promise<void> {
    await this.#save(await this.#out.flush());
  }

  /** Closes every window, destroys the last salts, ends the ledger and writes the manifests. */
  async finish(): Promise<RunManifest> {
    this.#engine.finish();
    await this.commit();
    this.#engine.end();
    await this.#out.flush();
    const manifest = manifestOf(this.#facts, {
      fingerprint: this.#o.fingerprint,
      inputs: this.#o.files,
      sources: this.#o.sources,
      counts: this.#counters.table(),
      released: this.#released,
      faults: this.#intake.faults,
    });
    await writeManifests(this.#o.workspace.out, manifest);
    return manifest;
  }

  async close(): Promise<void> {
    await this.#outputs?.close();
  }

  #noteTail(file: InputFile, { lines }: LineBatch): void {
    const last = lines.at(-1);
    if (last !== undefined) this.tails.set(file.path, last);
  }

  get #out(): Outputs {
    if (this.#outputs === null) throw new TypeError('the outputs are not open yet');
    return this.#outputs;
  }

  get #facts(): ManifestFacts {
    const { policy, policyHash } = this.#o.config;
    const { codeVersion, vault } = this.#o;
    return { policy, policyHash, codeVersion, units: this.#flow.units, vaultImported: vault.imported };
  }

  async #takeEvents(events: readonly RawEvent[], lines: number): Promise<void> {
    await this.#engine.prepare(events);
    for (const event of events) this.#pass(event);
    this.#lines += lines;
  }

  #pass(event: RawEvent): void {
    const { watch } = this.#o;
    const watched =
      watch !== undefined && event.kind === 'fix' && watch.wants(event.deviceId.reveal(), event.at);
    this.#seeing = watched ? watch.saw : null;
    this.#engine.event(event);
  }

  #release(released: Released<WindowRows>): void {
    this.#released = countRows(this.#released, released.value);
    this.#out.release(released);
  }

  /** Destroys salts whose epochs no saved state needs any more, and records it (G-07). */
  async #bury(): Promise<void> {
    if (this.#engine.dying.length === 0) return;
    await this.#o.vault.destroy(this.#engine.dying);
    this.#engine.destroyed();
  }

  async #save(lengths: Saved['lengths']): Promise<void> {
    const { parts, ...engine } = this.#engine.record();
    const saved: Saved = {
      fingerprint: this.#o.fingerprint,
      latestMs: this.#o.latestMs,
      position: this.#position,
      sources: pathsOf(this.#o.sources),
      tails: this.tails,
      lines: this.#lines,
      committedLines: this.#committedLines,
      lengths,
      counters: this.#counters.table(),
      faults: this.#intake.faults,
      released: this.#released,
      engine,
      scans: new Map(this.#o.sources.map(({ merge, scan }) => [merge.file.path, scan])),
    };
    const means = { keyOf: this.#ring.keyOf, randomness: this.#o.randomness };
    await saveCheckpoint(this.#o.workspace.checkpointPath, { open: saved, parts }, means);
  }
}
