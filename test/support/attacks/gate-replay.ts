/** The product's own gate over the city's contributions, under changed parameters, as often as an attack asks. */
import type { VisitContribution } from '../../../src/model/contribution.ts';
import type { KeyOf } from '../../../src/flow/keys.ts';
import type { Store } from '../../../src/model/place.ts';
import type { BoundPolicy, Policy } from '../../../src/model/policy.ts';
import type { AnyRow, PlaceTable, RowOf } from '../../../src/model/table.ts';
import type { EventTime, Watermark } from '../../../src/model/time.ts';
import { DAY_MS } from '../../../src/model/time.ts';
import type { Witnessed } from '../../../src/release/witness.ts';
import { Counters } from '../../../src/runtime/counters.ts';
import { GateTask } from '../../../src/runtime/gate-task.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { topology } from '../../../src/topology/topology.ts';
import type { Written } from './stage-s.ts';
import { DEPLOYMENT_KEY } from './stage-s.ts';
import type { Counted, ReleaseOptions, Releases, StandDay } from './stand.ts';

export interface ReplayGround {
  readonly policy: Policy;
  readonly stores: readonly Store[];
  readonly keyOf: KeyOf;
  readonly wallBound: EventTime;
  readonly days: readonly StandDay[];
  /** The watermark at which stage S wrote a message; undefined for one that an attack made up. */
  readonly writtenAt: (message: Counted) => Watermark | undefined;
}

/** What the configuration allows at most in the tier dp (src/config/rules.ts). */
export const DP_MOST = 4;

/** The bounds under which a tier would run: dp cannot be configured with more contributions. */
const boundsOf = ({ policy }: ReplayGround, { gate, bounds }: ReleaseOptions): BoundPolicy => {
  const most = gate?.tier === 'dp' ? Math.min(policy.bounds.perTable, DP_MOST) : policy.bounds.perTable;
  const wanted: BoundPolicy = { ...policy.bounds, perTable: most, ...bounds };
  const isLooser = (Object.keys(wanted) as (keyof BoundPolicy)[]).some(
    (key) => wanted[key] > policy.bounds[key],
  );
  if (isLooser) throw new Error('bounds may only be made tighter: what stage S left out is gone');
  return wanted;
};

/** One subject's contributions of one epoch so far. */
interface Spent {
  readonly hours: Map<string, number>;
  footfall: number;
}

/** The hour window of a visit; zones with offsets of half hours do not matter here. */
const hourOf = ({ store, end }: VisitContribution): string =>
  `${store}|${String(Math.floor(end / 3_600_000))}`;

const fits = (message: Counted, spent: Spent, bounds: BoundPolicy): boolean => {
  if (message.kind === 'footfall') {
    spent.footfall += 1;
    return spent.footfall <= bounds.perTable;
  }
  if (message.kind !== 'visit') return true;
  const before = spent.hours.get(hourOf(message)) ?? 0;
  if (before >= bounds.visitsPerWindow) return false;
  if (before === 0 && spent.hours.size >= bounds.perTable) return false;
  spent.hours.set(hourOf(message), before + 1);
  return true;
};

/**
 * The contributions as tighter bounds would have left them. Stage S counts a subject's movements in a fixed order and
 * takes the first so many, so the first so few are the first of those it kept.
 */
export const bounded = (messages: readonly Counted[], bounds: BoundPolicy): readonly Counted[] => {
  const spentOf = new Map<string, Spent>();
  return messages
    .filter((message) => {
      const spent = spentOf.get(message.subject) ?? { hours: new Map<string, number>(), footfall: 0 };
      spentOf.set(message.subject, spent);
      return fits(message, spent, bounds);
    })
    .map((message) =>
      message.kind === 'visit' && message.dwellMs > bounds.dwellMaxMs
        ? { ...message, dwellMs: bounds.dwellMaxMs }
        : message,
    );
};

/** Messages in the order of their time. A contribution made up by an attack is written when it is known; a retraction, right after the message before it. */
const inTime = (messages: readonly Counted[], writtenAt: ReplayGround['writtenAt']): readonly Written[] => {
  let before = Number.MIN_SAFE_INTEGER as Watermark;
  const written = messages.map((message): Written => {
    const known = message.kind === 'retract' ? before : (message.knownAt as number as Watermark);
    before = writtenAt(message) ?? known;
    return { message, at: before };
  });
  return written.sort((a, b) => a.at - b.at);
};

/** A gate cannot run for longer than this after its epoch started. */
const EPOCH_OVER_MS = 3 * DAY_MS;

interface Run {
  readonly flow: Topology;
  readonly rows: Map<PlaceTable, AnyRow[]>;
}

const replayDay = (day: StandDay, messages: readonly Written[], { flow, rows }: Run): void => {
  const task = new GateTask(
    flow.release,
    ({ value }) => {
      const held = rows.get(value.table) ?? [];
      rows.set(value.table, held);
      held.push(...value.rows);
    },
    new Counters(),
  );
  let now = Number.MIN_SAFE_INTEGER as Watermark;
  task.openEpoch(day.epoch);
  for (const { message, at } of messages) {
    if (at > now) {
      now = at;
      task.advance(now);
    }
    task.accept(message);
  }
  task.advance((day.epoch + EPOCH_OVER_MS) as Watermark);
};

type Entry = Witnessed['entries'][number];

/** The gate blanks entries when somebody withdraws later: what a row held is what it held then, one copy for each. */
const keepsakes = (): ((entry: Entry) => Entry) => {
  const copies = new WeakMap<Entry, Entry>();
  return (entry) => {
    const copy = copies.get(entry) ?? { ...entry };
    copies.set(entry, copy);
    return copy;
  };
};

const replay = (ground: ReplayGround, options: ReleaseOptions): Releases => {
  const { keyOf, stores, wallBound } = ground;
  const bounds = boundsOf(ground, options);
  const policy: Policy = { ...ground.policy, bounds, gate: { ...ground.policy.gate, ...options.gate } };
  const witnessed: Witnessed[] = [];
  const asItWas = keepsakes();
  const witness = (row: Witnessed): void => {
    witnessed.push({ ...row, entries: row.entries.map(asItWas) });
  };
  const flow = topology({ policy, stores, keyOf, deploymentKey: DEPLOYMENT_KEY, wallBound, witness });
  const rows = new Map<PlaceTable, AnyRow[]>();
  for (const day of options.days ?? ground.days) {
    const messages = options.edit?.(day.contributions, day) ?? day.contributions;
    replayDay(day, inTime(bounded(messages, bounds), ground.writtenAt), { flow, rows });
  }
  const rowsOf = (table: PlaceTable): readonly AnyRow[] => rows.get(table) ?? [];
  return { rows: <T extends PlaceTable>(table: T) => rowsOf(table) as readonly RowOf[T][], witnessed };
};

const nameOf = ({ gate, bounds, days }: ReleaseOptions): string =>
  JSON.stringify([gate ?? {}, bounds ?? {}, days?.map(({ epoch }) => epoch) ?? 'all']);

/** Runs the gate; runs without an edit are remembered. */
export const replayer = (ground: ReplayGround): ((options?: ReleaseOptions) => Releases) => {
  const known = new Map<string, Releases>();
  return (options = {}) => {
    if (options.edit !== undefined) return replay(ground, options);
    const name = nameOf(options);
    const made = known.get(name) ?? replay(ground, options);
    known.set(name, made);
    return made;
  };
};
