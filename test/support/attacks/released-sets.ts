/** Judge only: who is behind every released row and every part of a breakdown. */
import type { SuccessorContribution, Traits } from '../../../src/model/contribution.ts';
import type { Pseudonym } from '../../../src/model/identity.ts';
import type { BoundPolicy } from '../../../src/model/policy.ts';
import type { AnyRow, PlaceTable } from '../../../src/model/table.ts';
import type { FootfallEntry, VisitEntry } from '../../../src/model/tally.ts';
import { REGION_RESOLUTION, ancestor } from '../../../src/place/units.ts';
import { longestStays } from '../../../src/release/partition.ts';
import type { Witnessed } from '../../../src/release/witness.ts';
import { bounded } from './gate-replay.ts';
import type { Releases, StandDay } from './stand.ts';

export type Entry = VisitEntry | FootfallEntry;

/** A released row, or one part of a breakdown, with the visitor-windows it counts: one entry for each person. */
export interface HeldSet {
  /** `visits`, `footfall`, `dwell`, `transitions.place` … */
  readonly series: string;
  /** Row keys are equal for the parts of one breakdown. */
  readonly row: string;
  /** Null for a row that is no breakdown. */
  readonly part: string | null;
  readonly published: number;
  readonly entries: readonly Entry[];
}

export const ROW_TABLES = ['visits', 'footfall'] as const;
export const BREAKDOWN_TABLES = ['dwell', 'transitions', 'terminals', 'demographics'] as const;

export const rowKey = (series: string, unit: string, kind: string, startMs: number): string =>
  `${series}|${unit}|${kind}|${startMs}`;

export const seriesOf = (table: PlaceTable, row: AnyRow): string =>
  'dimension' in row ? `${table}.${row.dimension}` : table;

export const keyOfRow = (table: PlaceTable, row: AnyRow): string =>
  rowKey(seriesOf(table, row), row.unit_id, row.window_kind, Date.parse(row.window_start));

export const keyOfWitnessed = ({ series, unitId, windowKind, windowStart }: Witnessed): string =>
  rowKey(series, unitId, windowKind, windowStart);

export const numberOf = (row: AnyRow): number =>
  'subjects' in row ? (row.subjects ?? 0) : (row.visitors ?? 0);

/** The name of a part inside its breakdown. */
export const partOf = (row: AnyRow): string | null => {
  if ('bin_from_s' in row) return String(row.bin_from_s);
  if ('to_id' in row) return `${row.to_kind}|${row.to_id}`;
  return 'category' in row ? row.category : null;
};

/** Released rows by key; the parts of a breakdown share one. */
export const rowsByKey = (
  releases: Releases,
  tables: readonly PlaceTable[],
): ReadonlyMap<string, readonly AnyRow[]> => {
  const byKey = new Map<string, AnyRow[]>();
  for (const table of tables) {
    for (const row of releases.rows(table)) {
      if (row.status !== 'RELEASED') continue;
      const key = keyOfRow(table, row);
      const held = byKey.get(key);
      if (held === undefined) byKey.set(key, [row]);
      else held.push(row);
    }
  }
  return byKey;
};

export const isVisit = (entry: Entry): entry is VisitEntry => 'dwellMs' in entry;

/** One entry for each person of a row. */
export const peopleOf = (entries: readonly Entry[]): readonly Entry[] =>
  entries.every(isVisit) ? longestStays(entries) : entries;

/** Where people went next and what they are: for the judge, and for an attacker who knows everybody's day. */
export interface Known {
  readonly next: ReadonlyMap<string, SuccessorContribution>;
  readonly traits: ReadonlyMap<Pseudonym, Traits>;
}

const visitKey = ({ subject, store, end }: Pick<VisitEntry, 'subject' | 'store' | 'end'>): string =>
  `${subject}|${store}|${end}`;

export const knownOf = (days: readonly StandDay[]): Known => {
  const next = new Map<string, SuccessorContribution>();
  const traits = new Map<Pseudonym, Traits>();
  for (const { contributions } of days) {
    for (const message of contributions) {
      if (message.kind === 'successor') next.set(visitKey(message), message);
      if (message.kind === 'traits') traits.set(message.subject, message.traits);
    }
  }
  return { next, traits };
};

const TRAIT_OF: Readonly<Record<string, keyof Traits>> = {
  terminal_type: 'terminalType',
  os: 'os',
  age_band: 'ageBand',
  gender: 'gender',
  prefecture: 'prefecture',
};

type Wanted = (entry: VisitEntry) => readonly (string | null | undefined)[];

/** The names of the parts that somebody would be in, finest first. */
const wantedIn = (first: AnyRow, { next, traits }: Known): Wanted => {
  if ('to_id' in first) {
    return (entry) => {
      const to = next.get(visitKey(entry));
      if (to === undefined) return [];
      if (first.dimension !== 'place') return [`category|${to.toCategory}`];
      return [`cell|${to.toCell}`, `region|${ancestor(to.toCell, REGION_RESOLUTION)}`];
    };
  }
  const trait = 'dimension' in first ? TRAIT_OF[first.dimension] : undefined;
  return ({ subject }) => (trait === undefined ? [] : [traits.get(subject)?.[trait] ?? 'unknown']);
};

/** Says in which of the published parts of a breakdown somebody is counted: the finest that has a name, else the rest. */
export const partNamer = (parts: readonly AnyRow[], known: Known): ((entry: VisitEntry) => string) => {
  const [first] = parts;
  if (first === undefined) return () => '';
  if ('bin_from_s' in first) {
    const bins = parts.map((row) => ('bin_from_s' in row ? row.bin_from_s : 0)).sort((a, b) => a - b);
    return ({ dwellMs }) => String(bins.findLast((from) => from * 1_000 <= dwellMs) ?? bins[0]);
  }
  const names = new Set(parts.map(partOf));
  const wanted = wantedIn(first, known);
  const rest = 'to_id' in first ? 'elsewhere|elsewhere' : 'other';
  return (entry) => wanted(entry).find((name) => typeof name === 'string' && names.has(name)) ?? rest;
};

export interface ReleasedSets {
  readonly rows: readonly HeldSet[];
  readonly parts: readonly HeldSet[];
  /** Breakdowns that are not made of whole released rows, by key; empty when everything holds. */
  readonly broken: readonly string[];
  /** Breakdowns whose parts do not add up to what their rows published. */
  readonly unequal: readonly string[];
}

/** Subjects that withdrew during their epoch. */
const withdrawnOf = (days: readonly StandDay[]): ReadonlySet<Pseudonym> =>
  new Set(
    days.flatMap(({ contributions }) =>
      contributions.filter((m) => m.kind === 'retract').map((m) => m.subject),
    ),
  );

const rowSets = (releases: Releases, byKey: ReadonlyMap<string, readonly AnyRow[]>): readonly HeldSet[] =>
  releases.witnessed
    .filter(({ series }) => (ROW_TABLES as readonly string[]).includes(series))
    .map((row) => {
      const key = keyOfWitnessed(row);
      const [published] = byKey.get(key) ?? [];
      if (published === undefined) throw new Error('a witnessed row was not published');
      return {
        series: row.series,
        row: key,
        part: null,
        published: numberOf(published),
        entries: peopleOf(row.entries),
      };
    });

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/**
 * The sets of a release. A breakdown is published after its rows and fitted to their numbers; somebody who withdrew in
 * between is in those numbers still, so the judge counts that person in the breakdown too.
 */
export const releasedSets = (releases: Releases, days: readonly StandDay[]): ReleasedSets => {
  const known = knownOf(days);
  const byKey = rowsByKey(releases, [...ROW_TABLES, ...BREAKDOWN_TABLES]);
  const rows = rowSets(releases, byKey);
  const rowOf = new Map<Entry, HeldSet>();
  // Every contribution of a row leads to it, not only the longest stays.
  const setOfKey = new Map(rows.map((set) => [set.row, set]));
  for (const row of releases.witnessed) {
    const set = setOfKey.get(keyOfWitnessed(row));
    if (set !== undefined) for (const entry of row.entries) rowOf.set(entry, set);
  }
  const withdrawn = withdrawnOf(days);
  const [parts, broken, unequal]: [HeldSet[], string[], string[]] = [[], [], []];
  for (const row of releases.witnessed) {
    const key = keyOfWitnessed(row);
    if (setOfKey.has(key)) continue;
    const published = byKey.get(key) ?? [];
    const under = [...new Set(row.entries.map((entry) => rowOf.get(entry)))];
    const whole = under.flatMap((set) => set?.entries ?? []);
    const inRow = new Set<Entry>(row.entries);
    if (under.includes(undefined) || whole.some((one) => !inRow.has(one) && !withdrawn.has(one.subject))) {
      broken.push(key);
    }
    if (sum(published.map(numberOf)) !== sum(under.map((set) => set?.published ?? 0))) unequal.push(key);
    const nameOf = partNamer(published, known);
    const members = new Map<string, Entry[]>();
    for (const entry of whole.filter(isVisit)) {
      const name = nameOf(entry);
      const held = members.get(name);
      if (held === undefined) members.set(name, [entry]);
      else held.push(entry);
    }
    for (const part of published) {
      const name = partOf(part) ?? '';
      parts.push({
        series: row.series,
        row: key,
        part: name,
        published: numberOf(part),
        entries: members.get(name) ?? [],
      });
    }
  }
  return { rows, parts, broken, unequal };
};

/** The visits behind the listed rows of the tier dp, where nothing is witnessed: by store. */
export const listedVisits = (
  day: StandDay,
  bounds: BoundPolicy,
): ReadonlyMap<string, readonly VisitEntry[]> => {
  const gone = withdrawnOf([day]);
  const byStore = new Map<string, VisitEntry[]>();
  for (const message of bounded(day.contributions, bounds)) {
    if (message.kind !== 'visit' || gone.has(message.subject)) continue;
    const held = byStore.get(message.store);
    if (held === undefined) byStore.set(message.store, [message]);
    else held.push(message);
  }
  return byStore;
};
