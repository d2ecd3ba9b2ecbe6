/** Picks one fix of the simulated city to show beside what is left of it. Never used on real data. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TrueVisit } from '../../../examples/city/city.ts';

/** A line of the simulated `raw.gps.jsonl` as the simulator wrote it. */
export interface SimulatedFix {
  readonly deviceId: string;
  readonly memberId: string;
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
  readonly accuracyM: number;
}

export interface PickedFix {
  readonly fix: SimulatedFix;
  /** The simulated visit it was sent from. */
  readonly visit: TrueVisit;
}

const MIN_VISIT_MS = 480_000;
const MAX_ACCURACY_M = 25;
/** As in config/demo.yaml. */
const OLDEST_ACCEPTED = 2;

/** Visits worth showing: of members, long enough to be seen, at the busiest hours of the busiest stores. */
export class VisitPicker {
  readonly #byStoreHour = new Map<string, TrueVisit[]>();

  readonly note = (visit: TrueVisit): void => {
    if (!visit.subject.linked || visit.sensitive || visit.endMs - visit.startMs < MIN_VISIT_MS) return;
    const key = `${visit.storeId}|${String(Math.floor(visit.endMs / 3_600_000))}`;
    const visits = this.#byStoreHour.get(key);
    if (visits === undefined) this.#byStoreHour.set(key, [visit]);
    else visits.push(visit);
  };

  /** Most visited store and hour first. */
  candidates(): readonly TrueVisit[] {
    const busy = [...this.#byStoreHour.values()].sort((a, b) => b.length - a.length);
    return busy.slice(0, 5).flat();
  }
}

/** The first candidate that agreed to everything all along and sent an accurate fix from inside the store. */
export const pickFix = async (
  folder: string,
  candidates: readonly TrueVisit[],
): Promise<PickedFix | null> => {
  const agreed = await membersWhoAgreed(folder);
  const wanted = new Map<string, TrueVisit>();
  for (const visit of candidates) {
    if (agreed.has(visit.subject.id) && !wanted.has(visit.subject.id)) wanted.set(visit.subject.id, visit);
  }
  const lines = createInterface({ input: createReadStream(join(folder, 'raw.gps.jsonl')) });
  for await (const line of lines) {
    const picked = matching(fixOf(line), wanted);
    if (picked === null) continue;
    lines.close();
    return picked;
  }
  return null;
};

const matching = (fix: SimulatedFix | null, wanted: ReadonlyMap<string, TrueVisit>): PickedFix | null => {
  const visit = fix === null ? undefined : wanted.get(fix.memberId);
  if (fix === null || visit === undefined || fix.accuracyM > MAX_ACCURACY_M) return null;
  return fix.atMs > visit.startMs && fix.atMs < visit.endMs ? { fix, visit } : null;
};

const fixOf = (line: string): SimulatedFix | null => {
  if (!line.includes('"memberId"')) return null;
  try {
    const fix = JSON.parse(line) as SimulatedFix & { requestId?: string; origin: string };
    const plain = fix.requestId === undefined && fix.origin === 'APP' && typeof fix.accuracyM === 'number';
    return plain ? fix : null;
  } catch {
    return null;
  }
};

/** Members with exactly one consent record, under which everything was granted. */
const membersWhoAgreed = async (folder: string): Promise<ReadonlySet<string>> => {
  const agreed = new Set<string>();
  const changed = new Set<string>();
  const text = await readFile(join(folder, 'privacy.consent.jsonl'), 'utf8');
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const { memberId, policyVersion, purposes, sources } = JSON.parse(line) as ConsentLine;
    if (memberId === undefined) continue;
    const isWhole =
      policyVersion >= OLDEST_ACCEPTED &&
      [purposes.nearbyShops, purposes.usageStatistics, sources.location, sources.terminalId].every(Boolean);
    if (agreed.has(memberId) || !isWhole) changed.add(memberId);
    agreed.add(memberId);
  }
  for (const memberId of changed) agreed.delete(memberId);
  return agreed;
};

interface ConsentLine {
  readonly memberId?: string;
  readonly policyVersion: number;
  readonly purposes: { readonly nearbyShops: boolean; readonly usageStatistics: boolean };
  readonly sources: { readonly location: boolean; readonly terminalId: boolean };
}
