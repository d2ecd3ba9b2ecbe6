/** The ends of inputs as they were seen: how many records are left of one, and how long ago a reader was level with it. */
import type { WallTime } from '../../model/time.ts';
import type { Place, Position } from '../../ports/log.ts';

export interface InputEndsOptions {
  /** An end that was last seen longer ago than this says nothing of now, milliseconds. */
  readonly freshMs: number;
}

/** From `since` until `until` the input was seen to end at `end`, whenever it was looked at. */
interface Sight {
  readonly end: number;
  readonly since: WallTime;
  readonly until: WallTime;
}

/** Sights kept of one input; of a reader that stands still for days some in between are let go. */
const MOST_SIGHTS = 1_000;

export class InputEnds {
  readonly #freshMs: number;
  /** Sights of each input, oldest first. */
  readonly #seen = new Map<string, readonly Sight[]>();

  constructor({ freshMs }: InputEndsOptions) {
    this.#freshMs = freshMs;
  }

  /** The input ended there when it was looked at. */
  saw(place: Place, end: number, at: WallTime): void {
    const sights = this.#seen.get(keyOf(place)) ?? [];
    const last = sights.at(-1);
    const next =
      last?.end === end
        ? [...sights.slice(0, -1), { ...last, until: at }]
        : [...sights, { end, since: at, until: at }];
    this.#seen.set(keyOf(place), next.length > MOST_SIGHTS ? thinned(next) : next);
  }

  /** Records between a position and the end that was last seen; null where none was. */
  left({ offset, ...place }: Position): number | null {
    const last = this.#seen.get(keyOf(place))?.at(-1);
    return last === undefined ? null : Math.max(0, last.end - offset);
  }

  /**
   * Milliseconds since a reader at this position was last known to have all of its input: 0 when it has all that was
   * there a moment ago, else since the newest sight that it has reached; since the first sight where it has reached
   * none. Null where no end was seen.
   */
  ageMs({ offset, ...place }: Position, now: WallTime): number | null {
    const sights = this.#seen.get(keyOf(place)) ?? [];
    const [first] = sights;
    if (first === undefined) return null;
    const reached = sights.findLastIndex(({ end }) => end <= offset);
    const level = sights[reached];
    if (level === undefined) return Math.max(0, now - first.since);
    if (reached > 0) this.#seen.set(keyOf(place), sights.slice(reached));
    const ageMs = Math.max(0, now - level.until);
    return reached === sights.length - 1 && ageMs <= this.#freshMs ? 0 : ageMs;
  }

  /** Forgets all other inputs. */
  keepOnly(places: readonly Place[]): void {
    const kept = new Set(places.map(keyOf));
    for (const key of this.#seen.keys()) if (!kept.has(key)) this.#seen.delete(key);
  }
}

/** Without the one between its neighbours that lie closest together; an age is told too large by that much at most. */
const thinned = (sights: readonly Sight[]): readonly Sight[] => {
  let [least, narrowest] = [1, Number.POSITIVE_INFINITY];
  for (let i = 1; i < sights.length - 1; i += 1) {
    const [before, after] = [sights[i - 1], sights[i + 1]];
    if (before === undefined || after === undefined || after.since - before.since >= narrowest) continue;
    narrowest = after.since - before.since;
    least = i;
  }
  return sights.toSpliced(least, 1);
};

const keyOf = ({ topic, partition }: Place): string => `${topic}|${String(partition)}`;
