import { describe, expect, it } from 'vitest';
import type { GatePolicy } from '../../../src/model/policy.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import { cellId, storeId } from '../../../src/model/place.ts';
import type { VisitEntry } from '../../../src/model/tally.ts';
import { MINUTE_MS, eventTime } from '../../../src/model/time.ts';
import type { Next } from '../../../src/release/partition.ts';
import type { Ways } from '../../../src/release/partition.ts';
import { categoryParts, dwellParts, longestStays, placeParts } from '../../../src/release/partition.ts';
import { aPolicy, aSuccessor, aVisit, clock } from '../../support/builders.ts';

const EDGES = [3, 10, 20, 60].map((minutes) => minutes * MINUTE_MS);
const gateWith = (over: Partial<GatePolicy> = {}): GatePolicy =>
  aPolicy({ gate: { k: 3, kBreakdown: 3, ...over } }).gate;

/** Every destination stands for so many stores. */
const ways = (nextOf: Ways['nextOf'], stores = 9): Ways => ({ nextOf, units: { storesOf: () => stores } });

const anEntry = (subject: string, over: Partial<VisitEntry> = {}): VisitEntry => ({
  subject: pseudonym(subject),
  linked: true,
  store: storeId('bakery'),
  end: clock('12:20'),
  dwellMs: 15 * MINUTE_MS,
  ...over,
});

/** So many people with a stay of so many minutes each. */
const stays = (...groups: readonly (readonly [people: number, minutes: number])[]): VisitEntry[] =>
  groups.flatMap(([people, minutes], g) =>
    Array.from({ length: people }, (_, i) =>
      anEntry(`p${String(g)}-${String(i)}`, { dwellMs: minutes * MINUTE_MS }),
    ),
  );

describe('G-10 longestStays', () => {
  const [early, late] = [eventTime(clock('12:10')), eventTime(clock('12:50'))];
  it.each<[string, VisitEntry[], Partial<VisitEntry>]>([
    ['the longer', [anEntry('a', { dwellMs: 5 }), anEntry('a', { dwellMs: 9 })], { dwellMs: 9 }],
    ['of equals the later', [anEntry('a', { end: late }), anEntry('a', { end: early })], { end: late }],
    [
      'of equals at one time the smaller store id',
      [anEntry('a', { store: storeId('b') }), anEntry('a', { store: storeId('a') })],
      { store: storeId('a') },
    ],
  ])('keeps %s of one person', (_, entries, kept) => {
    for (const order of [entries, [...entries].reverse()]) {
      expect(longestStays(order)).toHaveLength(1);
      expect(longestStays(order)[0]).toMatchObject(kept);
    }
  });

  it('keeps one of each person', () => {
    expect(longestStays([anEntry('a'), anEntry('b'), anEntry('a')])).toHaveLength(2);
  });
});

describe('G-11 dwellParts', () => {
  const shown = (entries: readonly VisitEntry[], gate = gateWith()): string =>
    (dwellParts(entries, EDGES, gate) ?? [])
      .map(({ label, entries: people }) => {
        const to = label.toMs === null ? '' : String(label.toMs / MINUTE_MS);
        return `${String(label.fromMs / MINUTE_MS)}-${to}:${String(people.length)}`;
      })
      .join(' ');

  it.each<[string, string, VisitEntry[]]>([
    ['every bin has k', '3-10:3 10-20:3 20-60:4 60-:3', stays([3, 5], [3, 15], [4, 30], [3, 90])],
    [
      'a short bin joins the longer one beside it',
      '3-20:5 20-60:3 60-:3',
      stays([2, 5], [3, 15], [3, 30], [3, 90]),
    ],
    ['an empty bin too', '3-20:3 20-60:3 60-:3', stays([3, 15], [3, 30], [3, 90])],
    ['several short ones join until they have k', '3-60:3 60-:3', stays([1, 5], [1, 15], [1, 30], [3, 90])],
    ['the rest joins the last', '3-10:3 10-:5', stays([3, 5], [3, 15], [1, 30], [1, 90])],
    ['an empty last bin joins', '3-10:4 10-:4', stays([4, 5], [4, 15])],
    ['an edge belongs to the bin above it', '3-10:3 10-:3', stays([3, 9.999], [3, 10])],
    // A store may count visits shorter than the first edge.
    ['the first bin takes the shortest stays', '3-10:4 10-:3', stays([3, 5], [1, 1], [3, 15])],
    ['one part alone tells nothing', '', stays([9, 5])],
    ['too few for two parts', '', stays([2, 5], [3, 90])],
    ['nobody', '', []],
  ])('%s: %s', (_, expected, entries) => {
    expect(shown(entries)).toBe(expected);
  });

  it('withholds when one part holds more than 90 %, not at 90 %', () => {
    expect(shown(stays([27, 5], [3, 90]))).toBe('3-10:27 10-:3');
    expect(shown(stays([28, 5], [3, 90]))).toBe('');
    expect(shown(stays([28, 5], [3, 90]), gateWith({ homogeneityShare: 1 }))).toBe('3-10:28 10-:3');
  });

  it('G-10 counts members towards k, and everyone into the part', () => {
    const devices = stays([9, 15]).map((entry, i) => ({
      ...entry,
      subject: pseudonym(`d${String(i)}`),
      linked: false,
    }));
    const mixed = [...stays([3, 5], [2, 15], [3, 90]), ...devices];
    expect(shown(mixed)).toBe('3-10:3 10-:14');
    expect(shown(mixed, gateWith({ unlinkedRaiseK: true }))).toBe('3-10:3 10-20:11 20-:3');
  });
});

describe('G-11 transitions', () => {
  /** So many people who went on to a store; null went nowhere. */
  const journeys = (...groups: readonly (readonly [people: number, to: string | null])[]) => {
    const next = new Map<VisitEntry, Next>();
    const entries = groups.flatMap(([people, to], g) =>
      Array.from({ length: people }, (_, i) => {
        const entry = anEntry(`p${String(g)}-${String(i)}`);
        if (to !== null) next.set(entry, aSuccessor(aVisit(entry.subject), to));
        return entry;
      }),
    );
    return { entries, nextOf: (entry: VisitEntry) => next.get(entry) ?? null };
  };
  const cellOf = (to: string) => aSuccessor(aVisit('x'), to).toCell;
  const REGION = '852f5aaffffffff';

  it.each<[string, (readonly [number, string | null])[], string[] | null]>([
    [
      'cells that have their k',
      [
        [3, 'bakery'],
        [4, 'hatter'],
      ],
      [`cell ${cellOf('bakery')} 3`, `cell ${cellOf('hatter')} 4`],
    ],
    [
      'those without a next visit go elsewhere',
      [
        [3, 'bakery'],
        [4, null],
      ],
      [`cell ${cellOf('bakery')} 3`, 'elsewhere elsewhere 4'],
    ],
    [
      'a short cell goes to its region with other short ones',
      [
        [2, 'bakery'],
        [2, 'hatter'],
        [3, null],
      ],
      [`region ${REGION} 4`, 'elsewhere elsewhere 3'],
    ],
    [
      'a short region goes elsewhere',
      [
        [3, 'bakery'],
        [2, 'inn'],
        [2, null],
      ],
      [`cell ${cellOf('bakery')} 3`, 'elsewhere elsewhere 4'],
    ],
    [
      'a short elsewhere takes the smallest part in',
      [
        [3, 'bakery'],
        [4, 'hatter'],
        [1, null],
      ],
      [`cell ${cellOf('hatter')} 4`, 'elsewhere elsewhere 4'],
    ],
    ['all into one part is nothing', [[9, 'bakery']], null],
    ['all elsewhere is nothing', [[9, null]], null],
    [
      'too few',
      [
        [1, 'bakery'],
        [1, null],
      ],
      null,
    ],
    [
      'one destination above 90 %',
      [
        [40, 'bakery'],
        [3, null],
      ],
      null,
    ],
  ])('by place: %s', (_, groups, expected) => {
    const { entries, nextOf } = journeys(...groups);
    const parts = placeParts(entries, ways(nextOf), gateWith());
    const shown = parts?.map(({ label, entries: all }) => `${label.kind} ${label.id} ${String(all.length)}`);
    expect(shown ?? null).toEqual(expected === null ? null : expect.arrayContaining(expected));
    if (expected !== null) expect(shown).toHaveLength(expected.length);
  });

  it.each<[string, (readonly [number, string | null])[], string[] | null]>([
    [
      'stores of one category are one part',
      [
        [2, 'bakery'],
        [2, 'grocer'],
        [3, 'hatter'],
      ],
      ['category clothes 3', 'category food 4'],
    ],
    [
      'a short category goes elsewhere',
      [
        [4, 'bakery'],
        [2, 'hatter'],
        [1, null],
      ],
      ['category food 4', 'elsewhere elsewhere 3'],
    ],
    [
      'a short elsewhere takes the smallest part in',
      [
        [4, 'bakery'],
        [3, 'hatter'],
        [1, null],
      ],
      ['category food 4', 'elsewhere elsewhere 4'],
    ],
    [
      'until nothing is left',
      [
        [3, 'bakery'],
        [2, null],
      ],
      null,
    ],
  ])('by category: %s', (_, groups, expected) => {
    const { entries, nextOf } = journeys(...groups);
    const parts = categoryParts(entries, ways(nextOf), gateWith());
    const shown = parts?.map(({ label, entries: all }) => `${label.kind} ${label.id} ${String(all.length)}`);
    expect(shown ?? null).toEqual(expected);
  });

  it('a part needs kBreakdown members, not k', () => {
    const { entries, nextOf } = journeys([4, 'bakery'], [4, null]);
    expect(categoryParts(entries, ways(nextOf), gateWith({ kBreakdown: 4 }))).not.toBeNull();
    expect(categoryParts(entries, ways(nextOf), gateWith({ kBreakdown: 5 }))).toBeNull();
  });

  it('never names a store', () => {
    const { entries, nextOf } = journeys([5, 'bakery'], [5, 'hatter'], [5, 'inn'], [5, null]);
    const told = JSON.stringify(
      [placeParts(entries, ways(nextOf), gateWith()), categoryParts(entries, ways(nextOf), gateWith())].map(
        (parts) => parts?.map(({ label }) => label),
      ),
    );
    expect(told).not.toMatch(/bakery|hatter|inn"/u);
    expect(told).toContain(cellId(cellOf('inn')));
  });

  it('G-11 names no destination that stands for a single store', () => {
    const entries = Array.from({ length: 12 }, (_, i) => anEntry(`p${String(i)}`));
    const nextOf: Ways['nextOf'] = (entry) =>
      Number(entry.subject.slice(1)) < 6 ? { toCell: cellId('872f5aac3ffffff'), toCategory: 'bakery' } : null;
    const gate = gateWith({ destinationStores: 2 });
    expect(categoryParts(entries, ways(nextOf, 2), gate)?.map(({ label }) => label.kind)).toEqual([
      'category',
      'elsewhere',
    ]);
    expect(categoryParts(entries, ways(nextOf, 1), gate)).toBeNull();
    expect(placeParts(entries, ways(nextOf, 1), gate)).toBeNull();
  });
});
