/** The tier dp: every listed store and day gets numbers with exact discrete Laplace noise, whoever came; nothing depends on a true count. */
import type { CellId } from '../model/place.ts';
import type { DpPolicy, GatePolicy } from '../model/policy.ts';
import type { DwellRow, TransitionsRow, VisitsRow } from '../model/table.ts';
import type { ClosedWindow, VisitEntry } from '../model/tally.ts';
import { isSomebody } from '../model/tally.ts';
import type { StoreUnit, UnitList } from '../place/units.ts';
import type { Zone } from '../time/zone.ts';
import { discreteLaplace } from './discrete-laplace.ts';
import type { GateState } from './gate-state.ts';
import { successorOf } from './gate-state.ts';
import { bucketKey } from './ladder.ts';
import type { Destination, DwellBin } from './partition.ts';
import { longestStays } from './partition.ts';
import type { Witness } from './witness.ts';
import { PrfStream } from './prf-stream.ts';
import { fitParts, roundTo } from './published.ts';
import type { Published, Subject } from './rows.ts';
import { dwellRows, transitionsRows, visitsRow } from './rows.ts';
import { STORE_DAY, storeUnit } from './rungs.ts';

export interface DpClosing {
  readonly state: Pick<GateState, 'visits' | 'successors'>;
  /** A day. */
  readonly closed: ClosedWindow;
  readonly gate: GatePolicy;
  /** Contributions of one subject to one table and epoch: the sensitivity of all its rows together. */
  readonly perTable: number;
  readonly dwellEdgesMs: readonly number[];
  readonly units: UnitList;
  readonly isMine: ((region: CellId) => boolean) | undefined;
  readonly zone: Zone;
  readonly witness: Witness | undefined;
  /** The epoch's noise key. */
  readonly key: Buffer;
}

/** The tables that have a share of ε. */
export interface DpRows {
  readonly visits: readonly VisitsRow[];
  readonly dwell: readonly DwellRow[];
  readonly transitions: readonly TransitionsRow[];
}

/** ε is configured in thousandths, so that the scale is a fraction of whole numbers. */
const THOUSAND = 1_000;

/** Where nobody is known to have gone next. */
const ELSEWHERE: Destination = { kind: 'elsewhere', id: 'elsewhere' };

/**
 * The rows of a day. A contribution feeds one row of each table, chosen by its store and day alone; merging and fitting
 * look at noised numbers only, and so cost nothing of ε (post-processing). Noise is a PRF under the epoch's key and the
 * row's name, so no restart draws it again.
 *
 * @guarantee G-14
 */
export const dpRows = (closing: DpClosing): DpRows => {
  const { units, isMine } = closing;
  const stores = [...units.all()].filter(({ region }) => isMine?.(region) !== false);
  // A category of few stores would name one (G-11).
  const categories = [...new Set([...units.all()].map(({ category }) => category))]
    .filter((category) => units.storesOf(category) >= closing.gate.destinationStores)
    .sort();
  const days = stores.map((store) => storeDay(store, categories, closing));
  return {
    visits: days.map(({ visits }) => visits),
    dwell: days.flatMap(({ dwell }) => dwell),
    transitions: days.flatMap(({ transitions }) => transitions),
  };
};

interface StoreDay {
  readonly visits: VisitsRow;
  readonly dwell: readonly DwellRow[];
  readonly transitions: readonly TransitionsRow[];
}

const storeDay = (store: StoreUnit, categories: readonly string[], closing: DpClosing): StoreDay => {
  const { state, closed, gate, zone } = closing;
  const bucket = state.visits[STORE_DAY]?.get(bucketKey(store.id, closed.window.start));
  const stays = longestStays((bucket?.entries ?? []).filter(isSomebody));
  const about: Subject = { unit: storeUnit(store), windowKind: 'day', window: closed.window, holds: 'all' };
  const noise = noiseOf(store, closing);
  tellOf(store, stays, closing);
  const visitors = Math.max(0, roundTo(stays.length + noise('visits', 'visitors'), gate.rounding));
  const bins = dwellBins(stays, closing, noise);
  const ways = destinations(stays, categories, closing, noise);
  return {
    visits: visitsRow(about, { visitors, visits: visitors }, zone),
    dwell: dwellRows(about, fitted(bins, visitors, gate), zone),
    transitions: transitionsRows({ ...about, dimension: 'category' }, fitted(ways, visitors, gate), zone),
  };
};

/** A subject is in the row of a store and day once, and in one part of each of its breakdowns. */
const tellOf = (
  { id }: StoreUnit,
  entries: readonly VisitEntry[],
  { closed: { window }, gate, witness }: DpClosing,
): void => {
  const { dwell, transitions } = gate.dp.shares;
  const series = [
    'visits',
    ...(dwell > 0 ? ['dwell'] : []),
    ...(transitions > 0 ? ['transitions.category'] : []),
  ];
  for (const name of series) {
    witness?.({ series: name, unitId: id, windowKind: 'day', windowStart: window.start, entries });
  }
};

type Noise = (table: keyof DpPolicy['shares'], column: string) => number;

/** One draw for each row and column, at the scale of the table's share of ε. */
const noiseOf =
  (store: StoreUnit, { closed, gate, perTable, key }: DpClosing): Noise =>
  (table, column) => {
    const name = ['dp', table, store.id, String(closed.window.start), column].join('|');
    const epsilon = BigInt(Math.round(gate.dp.shares[table] * THOUSAND));
    const scale = { scale: BigInt(perTable * THOUSAND), per: epsilon };
    return Number(discreteLaplace(scale, new PrfStream(key, name)));
  };

interface Noised<L> {
  readonly label: L;
  readonly n: number;
}

/** Dwell bins with noise; one whose noised number is below k joins its longer neighbour, the last its shorter one. */
const dwellBins = (
  stays: readonly VisitEntry[],
  { gate, dwellEdgesMs: edges }: DpClosing,
  noise: Noise,
): readonly Noised<DwellBin>[] => {
  if (gate.dp.shares.dwell === 0) return [];
  const bins: Noised<DwellBin>[] = [];
  let open: Noised<DwellBin> | null = null;
  edges.forEach((fromMs, i) => {
    const toMs = edges[i + 1] ?? null;
    const inside = stays.filter(
      ({ dwellMs }) => (i === 0 || dwellMs >= fromMs) && (toMs === null || dwellMs < toMs),
    );
    const n = (open?.n ?? 0) + inside.length + noise('dwell', String(fromMs));
    const bin: Noised<DwellBin> = { label: { fromMs: open?.label.fromMs ?? fromMs, toMs }, n };
    open = n < gate.k ? bin : null;
    if (open === null) bins.push(bin);
  });
  return joinLast(bins, open);
};

const joinLast = (
  bins: readonly Noised<DwellBin>[],
  left: Noised<DwellBin> | null,
): readonly Noised<DwellBin>[] => {
  const last = bins.at(-1);
  if (left === null || last === undefined) return bins;
  const joined = { label: { fromMs: last.label.fromMs, toMs: left.label.toMs }, n: last.n + left.n };
  return [...bins.slice(0, -1), joined];
};

/** Categories of the store list with noise; those whose noised number is small go elsewhere. */
const destinations = (
  stays: readonly VisitEntry[],
  categories: readonly string[],
  { state, gate }: DpClosing,
  noise: Noise,
): readonly Noised<Destination>[] => {
  if (gate.dp.shares.transitions === 0) return [];
  const next = stays.map((stay) => successorOf(state, stay)?.toCategory ?? '');
  const known = new Set(categories);
  const counted = (category: string | null): number =>
    next.filter((to) => (category === null ? !known.has(to) : to === category)).length +
    noise('transitions', category ?? '');
  const named = categories.map((id) => ({ label: { kind: 'category', id } as const, n: counted(id) }));
  const kept = named.filter(({ n }) => n >= gate.kBreakdown);
  const rest = named.filter(({ n }) => n < gate.kBreakdown).reduce((sum, { n }) => sum + n, counted(null));
  return [...kept, { label: ELSEWHERE, n: rest }];
};

/**
 * Parts that add up to the published visitors; none where there is but one, or where one would say of nearly everyone
 * what they did. Both look at noised numbers alone.
 */
const fitted = <L>(
  parts: readonly Noised<L>[],
  whole: number,
  { rounding: step, homogeneityShare }: GatePolicy,
): readonly Published<L>[] => {
  if (parts.length < 2) return [];
  const numbers = fitParts(
    parts.map(({ n }) => n),
    { whole, step, least: 0 },
  );
  if (numbers === null || numbers.some((n) => n > homogeneityShare * whole)) return [];
  return parts.map(({ label }, i) => ({ label, visitors: numbers[i] ?? 0 }));
};
