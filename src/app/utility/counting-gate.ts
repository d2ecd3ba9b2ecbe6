/** A gate under other parameters that publishes nothing: it counts which share of the visits would be released, and where. */
import type { Contribution, Retraction } from '../../model/contribution.ts';
import { cellId, resolutionOf, storeId } from '../../model/place.ts';
import type { Policy } from '../../model/policy.ts';
import type { EpochStart, Watermark } from '../../model/time.ts';
import { HOUR_MS } from '../../model/time.ts';
import { REGION_RESOLUTION } from '../../place/units.ts';
import type { Witnessed } from '../../release/witness.ts';
import { Counters } from '../../runtime/counters.ts';
import type { GateDriver } from '../../runtime/engine.ts';
import { GateTask } from '../../runtime/gate-task.ts';
import { releaseFlow } from '../../topology/topology.ts';
import type { Land } from '../../topology/parts.ts';

type Message = Contribution | Retraction;

/** Visits by where they were released, and how many of them have which breakdown. */
export interface VisitCount {
  readonly visits: number;
  readonly storeHours: number;
  readonly storeDays: number;
  readonly cells: number;
  readonly regions: number;
  readonly dwell: number;
  readonly transitions: number;
  /** Released rows of `visits`. */
  readonly rows: number;
}

export class CountingGate implements GateDriver {
  readonly #task: GateDriver;
  readonly #policy: Policy;
  readonly #land: Land;
  /** Stores and hours counted per epoch and subject, tier dp. */
  readonly #spent = new Map<string, Set<string>>();
  readonly #count = {
    visits: 0,
    storeHours: 0,
    storeDays: 0,
    cells: 0,
    regions: 0,
    dwell: 0,
    transitions: 0,
    rows: 0,
  };

  /** The key stands in for the epochs' salts: draws and noise fall otherwise, but as often. */
  constructor(land: Land, policy: Policy, key: Buffer) {
    this.#policy = policy;
    this.#land = land;
    const flow = releaseFlow({ ...land, policy, keyOf: () => key }, { witness: (row) => this.#see(row) });
    this.#task = new GateTask(flow, () => undefined, new Counters());
  }

  count(): VisitCount {
    return { ...this.#count };
  }

  openEpoch(epoch: EpochStart): void {
    this.#task.openEpoch(epoch);
  }

  accept(message: Message): void {
    if (message.kind === 'visit') {
      this.#count.visits += 1;
      if (!this.#isWithin(message)) return;
    }
    this.#task.accept(message);
  }

  advance(now: Watermark): void {
    this.#task.advance(now);
  }

  dropEpoch(epoch: EpochStart): void {
    this.#task.dropEpoch(epoch);
    for (const key of this.#spent.keys()) if (key.startsWith(`${String(epoch)}|`)) this.#spent.delete(key);
  }

  /** The tier dp bounds a subject more closely than the run that it stands beside. */
  #isWithin(visit: Extract<Message, { kind: 'visit' }>): boolean {
    const { gate, bounds } = this.#policy;
    if (gate.tier !== 'dp') return true;
    const key = `${String(visit.epoch)}|${visit.subject}`;
    const spent = this.#spent.get(key) ?? new Set<string>();
    this.#spent.set(key, spent);
    const place = `${visit.store}|${String(Math.floor((visit.end - visit.epoch) / HOUR_MS))}`;
    if (spent.has(place) || spent.size >= bounds.perTable) return false;
    spent.add(place);
    return true;
  }

  #see({ series, windowKind, unitId, entries }: Witnessed): void {
    const count = this.#count;
    const n = entries.length;
    if (series === 'dwell') count.dwell += n;
    else if (series === 'transitions.category') count.transitions += n;
    if (series !== 'visits') return;
    count.rows += 1;
    if (windowKind === 'hour') count.storeHours += n;
    else if (this.#land.units.of(storeId(unitId)) !== undefined) count.storeDays += n;
    else if (resolutionOf(cellId(unitId)) === REGION_RESOLUTION) count.regions += n;
    else count.cells += n;
  }
}
