/** The product with its shield off and fine cells everywhere, at night too: the first day of the city through stage S once more. */
import { generateCity } from '../../../../examples/city/city.ts';
import type { CityOptions, TrueVisit } from '../../../../examples/city/city.ts';
import type { Pseudonym } from '../../../../src/model/identity.ts';
import { RawId } from '../../../../src/model/identity.ts';
import type { RawEvent, RawRight } from '../../../../src/model/raw.ts';
import type { SanitizedLocation } from '../../../../src/model/sanitized.ts';
import type { EpochStart } from '../../../../src/model/time.ts';
import { DAY_MS, MINUTE_MS, eventTime } from '../../../../src/model/time.ts';
import { pseudonymOf } from '../../../../src/sanitize/pseudonym.ts';
import { chosenCity } from '../city-choice.ts';
import { cityEvents } from '../city-events.ts';
import type { StageS } from '../stage-s.ts';
import { runStageS } from '../stage-s.ts';
import type { Counted, Stand } from '../stand.ts';

export interface Unshielded {
  readonly locations: readonly SanitizedLocation[];
  readonly contributions: readonly Counted[];
  /** Judge only. */
  readonly whoIsNearby: (epoch: EpochStart, pseudonym: Pseudonym) => string | null;
}

/** Stops short of the day's end, so that the generator need not plan another day. */
const CUT_MS = MINUTE_MS;

function* firstDay(options: CityOptions, end: number): Generator<RawEvent | RawRight, void, undefined> {
  for (const event of cityEvents(options)) {
    if (event.at >= end - CUT_MS) return;
    yield event;
  }
}

const namesIn = ({ judge }: StageS, { people }: Stand) => {
  const known = new Map<EpochStart, ReadonlyMap<Pseudonym, string>>();
  return (epoch: EpochStart): ReadonlyMap<Pseudonym, string> => {
    const held = known.get(epoch);
    if (held !== undefined) return held;
    const key = judge.keyOf({ audience: 'nearby', epoch }, 'pseudonym');
    const names = new Map(
      people.flatMap(({ deviceIds, subject }) =>
        key === null
          ? []
          : deviceIds.map((id) => [pseudonymOf(key, new RawId('device', id)), subject.id] as const),
      ),
    );
    known.set(epoch, names);
    return names;
  };
};

const build = async (stand: Stand): Promise<Unshielded> => {
  const { options } = chosenCity();
  const end = Date.parse(`${options.startDate}T04:00:00+09:00`) + DAY_MS;
  const { snap } = stand.policy;
  const stage = await runStageS({
    policy: {
      ...stand.policy,
      snap: { ...snap, nightResolution: snap.resolution, sparseResolution: snap.resolution },
    },
    stores: stand.stores.map((store) => ({ ...store, sensitive: false })),
    events: firstDay(options, end),
    wallBound: eventTime(end + DAY_MS),
    locationsUntil: end,
  });
  const names = namesIn(stage, stand);
  return {
    locations: stage.locations,
    contributions: [...stage.written.values()].flatMap((one) => one.map(({ message }) => message)),
    whoIsNearby: (epoch, pseudonym) => names(epoch).get(pseudonym) ?? null,
  };
};

let built: Promise<Unshielded> | null = null;

/** Built once in a process. */
export const unshielded = (stand: Stand): Promise<Unshielded> => (built ??= build(stand));

/** Judge only: the visits of the first days as they really were. */
export const trueVisits = (days: number): readonly TrueVisit[] => {
  const { options } = chosenCity();
  const end = Date.parse(`${options.startDate}T04:00:00+09:00`) + days * DAY_MS;
  const visits: TrueVisit[] = [];
  // People live a day at once, before the first event of it is told: the first event of the last day is enough.
  const city = generateCity({ ...options, truth: (visit) => visits.push(visit) });
  for (const { arrivalMs } of city) if (arrivalMs >= end - DAY_MS) break;
  return visits.filter(({ startMs }) => startMs < end);
};
