/** Drives the product's stage S over a city once, and keeps what it hands to stage G instead of releasing it. */
import { readFileSync } from 'node:fs';
import { MemoryVault } from '../../../src/adapters/vault/memory.ts';
import { parseSettings } from '../../../src/config/parse.ts';
import { policyOf } from '../../../src/config/policy.ts';
import type { Fold } from '../../../src/flow/station.ts';
import { stay } from '../../../src/flow/station.ts';
import { bind } from '../../../src/flow/node.ts';
import type { SaltName } from '../../../src/model/identity.ts';
import type { Store } from '../../../src/model/place.ts';
import type { Policy } from '../../../src/model/policy.ts';
import type { RawEvent, RawRight } from '../../../src/model/raw.ts';
import type { SanitizedLocation } from '../../../src/model/sanitized.ts';
import type { EpochStart, EventTime, Watermark } from '../../../src/model/time.ts';
import type { HeldSalt, SaltVault } from '../../../src/ports/salts.ts';
import { releaseEntry } from '../../../src/release/ledger.ts';
import { Counters } from '../../../src/runtime/counters.ts';
import { Engine } from '../../../src/runtime/engine.ts';
import { KeyRing } from '../../../src/runtime/key-ring.ts';
import { SaltKeeper } from '../../../src/runtime/salt-keeper.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { ledgerRules, topology } from '../../../src/topology/topology.ts';
import { SeededBytes } from '../seeded.ts';
import type { Counted } from './stand.ts';

const BATCH = 20_000;
export const DEPLOYMENT_KEY = Buffer.alloc(32, 7);

/** The policy of the bundled sample city. */
export const cityPolicy = (): Policy => {
  const name = 'config/demo.yaml';
  const parsed = parseSettings({ name, text: readFileSync(name, 'utf8'), overrides: [] });
  if (!parsed.ok) throw new Error(`${name} does not hold`);
  return policyOf(parsed.settings);
};

/** A message to stage G with the watermark at which stage S wrote it. */
export interface Written {
  readonly message: Counted;
  readonly at: Watermark;
}

export interface StageS {
  /** By statistics epoch, in order. */
  readonly written: ReadonlyMap<EpochStart, readonly Written[]>;
  readonly locations: readonly SanitizedLocation[];
  /** The keys of every epoch, dead ones too: the judge's alone. */
  readonly judge: KeyRing;
  readonly counters: Counters;
}

export interface StageSOptions {
  readonly policy: Policy;
  readonly stores: readonly Store[];
  readonly events: Iterable<RawEvent | RawRight>;
  /** Nothing later has happened yet. */
  readonly wallBound: EventTime;
  /** Locations of nearby epochs before this are kept. */
  readonly locationsUntil: number;
}

/** A vault whose salts are the same in every run and stay with the judge when they die. */
class WitnessedVault implements SaltVault {
  readonly imported = false;
  readonly judge = new KeyRing();
  readonly #inner = new MemoryVault(new SeededBytes('attacks'));

  async hold(names: readonly SaltName[]): Promise<readonly (HeldSalt | null)[]> {
    const salts = await this.#inner.hold(names);
    for (const salt of salts) {
      if (salt?.born === true) this.judge.add({ ...salt, bytes: Buffer.from(salt.bytes) });
    }
    return salts;
  }

  destroy(names: readonly SaltName[]): Promise<void> {
    return this.#inner.destroy(names);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

type Recording = Map<EpochStart, Written[]>;

/** Stands where the tally would: notes what comes and hands nothing on. */
const recorder: Fold<object, Counted, never, Recording> = {
  name: 'tally',
  empty: () => ({}),
  onEvent: (state, message, at, recording) => {
    const written = recording.get(message.epoch) ?? [];
    recording.set(message.epoch, written);
    written.push({ message, at });
    return stay(state);
  },
  onWatermark: (state) => stay(state),
  wakesAt: () => null,
};

const recordingFlow = (flow: Topology, recording: Recording): Topology => ({
  ...flow,
  release: {
    ...flow.release,
    tally: bind(recorder, recording, {
      keyOf: (message) => String(message.epoch),
      epochOf: (message) => message.epoch,
      subjectOf: () => null,
    }),
  },
});

const isRight = (input: RawEvent | RawRight): input is RawRight =>
  input.kind === 'consent' || input.kind === 'erasure';

/** Runs of events with one right, or none, after each: salts are fetched before a run, rights apply in between. */
function* inRuns(
  inputs: Iterable<RawEvent | RawRight>,
): Generator<{ readonly events: readonly RawEvent[]; readonly right: RawRight | null }, void, undefined> {
  let events: RawEvent[] = [];
  for (const input of inputs) {
    if (!isRight(input)) events.push(input);
    if (!isRight(input) && events.length < BATCH) continue;
    yield { events, right: isRight(input) ? input : null };
    events = [];
  }
  yield { events, right: null };
}

export const runStageS = async (options: StageSOptions): Promise<StageS> => {
  const { policy, stores, wallBound, locationsUntil } = options;
  const [vault, ring, counters] = [new WitnessedVault(), new KeyRing(), new Counters()];
  const whole = topology({ policy, stores, keyOf: ring.keyOf, deploymentKey: DEPLOYMENT_KEY, wallBound });
  const written: Recording = new Map();
  const locations: SanitizedLocation[] = [];
  const { latenessMs, gate: grace } = policy;
  const engine = new Engine({
    flow: recordingFlow(whole, written),
    ledger: ledgerRules,
    entryOf: releaseEntry,
    salts: new SaltKeeper({ vault, ring, calendar: whole.calendar, grace, latenessMs }),
    ring,
    counters,
    latenessMs,
    wallBound,
    sinks: {
      location: (location) => {
        if (location.epoch < locationsUntil) locations.push(location);
      },
      release: () => undefined,
      ledger: () => undefined,
    },
  });
  for (const { events, right } of inRuns(options.events)) {
    if (events.length > 0) await engine.prepare(events);
    for (const event of events) engine.event(event);
    if (right !== null) engine.right(right);
    await vault.destroy(engine.dying);
    engine.destroyed();
  }
  engine.finish();
  return { written, locations, judge: vault.judge, counters };
};
