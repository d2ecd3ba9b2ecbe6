/**
 * Trajectory recovery: somebody makes single people's ways out of numbers of people.
 *
 * Knows: released footfall. Does: takes each number for so many people in its cell, and joins them from daypart to
 * daypart so that all together move as little as they can. Source: Xu, Tu, Li, Zhang, Fu and Jin, "Trajectory recovery
 * from ash" (2017), by whose measure the recovered ways are compared with the true ones: one to one, the likest first.
 * Control: exact numbers of every cell and daypart, without a threshold.
 */
import { cellToChildren } from 'h3-js';
import type { CellId, Position } from '../../../../src/model/place.ts';
import { cellId, resolutionOf } from '../../../../src/model/place.ts';
import type { FootfallRow } from '../../../../src/model/table.ts';
import { centreOf } from '../../../../src/place/cells.ts';
import { planeAt } from '../../../../src/place/geometry.ts';
import { FINE_RESOLUTION } from '../../../../src/place/units.ts';
import { cheapestAssignment } from '../math/assignment.ts';
import type { Adversary } from '../score.ts';

export const TRAJECTORY: Adversary = {
  name: 'trajectory',
  title: 'Trajectory recovery',
  explanation:
    'Somebody takes the released numbers of people in cells for so many single people and joins them from daypart to daypart so that all move as little as possible. The recovered ways are compared with the true ones, one to one and the likest first, which flatters the attacker; the number is the share of places that are right, beyond that of a guess without any number, by which people stay all day and live as the stores lie. The weakened system publishes exact numbers of every cell and daypart. In the tier dp no footfall is published, so that nothing is better than the guess.',
};

/** How many are in each cell at one step. */
export type Crowd = ReadonlyMap<CellId, number>;
/** A recovered way: a cell for each step, null where it has none. */
export type Way = readonly (CellId | null)[];

/** Rows of one day as crowds, a step for each daypart start; what is told of a coarse cell is spread over its fine ones. */
export const crowdsOf = (rows: readonly FootfallRow[], starts: readonly number[]): readonly Crowd[] =>
  starts.map((start) => {
    const here = rows.filter(
      ({ window_kind, window_start, status }) =>
        status === 'RELEASED' && window_kind === 'daypart' && Date.parse(window_start) === start,
    );
    const crowd = new Map<CellId, number>();
    for (const { unit_id, resolution, subjects } of here)
      if (resolution === FINE_RESOLUTION) crowd.set(cellId(unit_id), subjects ?? 0);
    for (const { unit_id, resolution, subjects } of here) {
      if (resolution >= FINE_RESOLUTION || resolution < FINE_RESOLUTION - 1) continue;
      const free = cellToChildren(unit_id, FINE_RESOLUTION).filter((cell) => !crowd.has(cellId(cell)));
      for (let i = 0; i < (subjects ?? 0); i++) {
        const cell = cellId(free[i % Math.max(free.length, 1)] ?? unit_id);
        if (resolutionOf(cell) === FINE_RESOLUTION) crowd.set(cell, (crowd.get(cell) ?? 0) + 1);
      }
    }
    return crowd;
  });

interface Places {
  readonly distance: (a: CellId, b: CellId) => number;
}

const placesAround = (origin: Position): Places => {
  const plane = planeAt(origin);
  const spots = new Map<CellId, { x: number; y: number }>();
  const spotOf = (cell: CellId): { x: number; y: number } => {
    const known = spots.get(cell);
    if (known !== undefined) return known;
    const { lat, lng } = centreOf(cell);
    const spot = { x: plane.x(lat, lng), y: plane.y(lat, lng) };
    spots.set(cell, spot);
    return spot;
  };
  return {
    distance: (a, b) => {
      const [from, to] = [spotOf(a), spotOf(b)];
      return Math.sqrt((from.x - to.x) ** 2 + (from.y - to.y) ** 2);
    },
  };
};

/** Most that are assigned at once; of more, so many at a time are drawn evenly. */
const BLOCK = 400;

/** Joins those who must move, block by block. */
const moved = (
  froms: readonly CellId[],
  tos: readonly CellId[],
  { distance }: Places,
): readonly (CellId | null)[] => {
  const blocks = Math.max(1, Math.ceil(Math.max(froms.length, tos.length) / BLOCK));
  const result = new Array<CellId | null>(froms.length).fill(null);
  for (let block = 0; block < blocks; block++) {
    const rows = froms.map((_, i) => i).filter((i) => i % blocks === block);
    const columns = tos.filter((_, i) => i % blocks === block);
    const isWide = rows.length <= columns.length;
    const cost = (row: number, column: number): number =>
      distance(froms[rows[row] ?? 0] ?? cellId(''), columns[column] ?? cellId(''));
    const [n, m] = isWide ? [rows.length, columns.length] : [columns.length, rows.length];
    const costs = Array.from({ length: n }, (_, i) =>
      Float64Array.from({ length: m }, (_unused, j) => (isWide ? cost(i, j) : cost(j, i))),
    );
    cheapestAssignment(costs, m).forEach((j, i) => {
      const [row, column] = isWide ? [i, j] : [j, i];
      const at = rows[row];
      if (at !== undefined) result[at] = columns[column] ?? null;
    });
  }
  return result;
};

/** One way that is being recovered: a cell for each step so far, and where it was last. */
interface Growing {
  readonly cells: (CellId | null)[];
  last: CellId;
}

/**
 * The cheapest way for all: whoever can stay does, since no detour is shorter than the straight way; the others are
 * assigned. Whoever is left over is thought to be silent where it was last, and new ones begin only where nobody is.
 */
export const recover = (crowds: readonly Crowd[], origin: Position): readonly Way[] => {
  const places = placesAround(origin);
  const ways: Growing[] = [];
  crowds.forEach((crowd, step) => {
    const room = new Map(crowd);
    const movers: Growing[] = [];
    for (const way of ways) {
      const left = room.get(way.last) ?? 0;
      if (left > 0) room.set(way.last, left - 1);
      else movers.push(way);
      way.cells.push(left > 0 ? way.last : null);
    }
    const free = [...room].flatMap(([cell, count]) => new Array<CellId>(Math.max(0, count)).fill(cell));
    const used = new Map<CellId, number>();
    const targets = moved(
      movers.map(({ last }) => last),
      free,
      places,
    );
    movers.forEach((way, i) => {
      const to = targets[i] ?? null;
      if (to === null) return;
      way.cells[step] = to;
      way.last = to;
      used.set(to, (used.get(to) ?? 0) + 1);
    });
    for (const cell of free) {
      const taken = used.get(cell) ?? 0;
      if (taken > 0) used.set(cell, taken - 1);
      else ways.push({ cells: [...new Array<null>(step).fill(null), cell], last: cell });
    }
  });
  return ways.map(({ cells }) => filled(cells));
};

/** Where nothing is known of a way, it is where it was before, or else where it is next. */
const filled = (cells: readonly (CellId | null)[]): Way => {
  let before = cells.find((cell) => cell !== null) ?? null;
  return cells.map((cell) => (before = cell ?? before));
};

/** Judge only: the cell of one person at each step; null where the person was not seen. */
export type TrueWay = Way;

const overlap = (way: Way, truth: TrueWay): number =>
  truth.reduce((sum, cell, step) => sum + (cell !== null && way[step] === cell ? 1 : 0), 0);

/** Share of the true places that are right, the likest ways paired first. */
export const rightPlaces = (ways: readonly Way[], truths: readonly TrueWay[]): number => {
  const steps = Math.max(0, ...truths.map(({ length }) => length));
  const byPlace = new Map<string, number[]>();
  ways.forEach((way, i) => {
    way.forEach((cell, step) => {
      if (cell === null) return;
      const key = `${step}|${cell}`;
      const held = byPlace.get(key);
      if (held === undefined) byPlace.set(key, [i]);
      else held.push(i);
    });
  });
  const [used, done] = [new Set<number>(), new Set<number>()];
  let right = 0;
  for (let count = steps; count > 0; count--) {
    truths.forEach((truth, t) => {
      if (done.has(t)) return;
      const i = likeIn(ways, truth, { count, byPlace, used });
      if (i === undefined) return;
      used.add(i);
      done.add(t);
      right += count;
    });
  }
  const all = truths.reduce((sum, truth) => sum + truth.filter((cell) => cell !== null).length, 0);
  return right / Math.max(all, 1);
};

interface Search {
  /** So many places are to be right. */
  readonly count: number;
  readonly byPlace: ReadonlyMap<string, readonly number[]>;
  readonly used: ReadonlySet<number>;
}

const likeIn = (
  ways: readonly Way[],
  truth: TrueWay,
  { count, byPlace, used }: Search,
): number | undefined => {
  if (truth.filter((cell) => cell !== null).length < count) return undefined;
  for (const [step, cell] of truth.entries()) {
    if (cell === null) continue;
    for (const i of byPlace.get(`${step}|${cell}`) ?? [])
      if (!used.has(i) && overlap(ways[i] ?? [], truth) >= count) return i;
  }
  return undefined;
};

/** Everybody stays all day, spread over the cells as the stores are: what is known without any data. */
export const guessedWays = (stores: readonly CellId[], count: number, steps: number): readonly Way[] =>
  Array.from({ length: count }, (_, i) =>
    new Array<CellId | null>(steps).fill(stores[i % Math.max(stores.length, 1)] ?? null),
  );
