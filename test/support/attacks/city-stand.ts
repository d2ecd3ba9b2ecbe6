/** The stand of the attacks: the simulated city through the whole flow, once for all attacks of a run. */
import process from 'node:process';
import type { TruePerson } from '../../../examples/city/city.ts';
import { truePeople } from '../../../examples/city/city.ts';
import type { Pseudonym } from '../../../src/model/identity.ts';
import { RawId } from '../../../src/model/identity.ts';
import type { Audience, IdKind } from '../../../src/model/identity.ts';
import type { EpochStart, EventTime, Watermark } from '../../../src/model/time.ts';
import { DAY_MS, epochStart, eventTime } from '../../../src/model/time.ts';
import type { KeyRing } from '../../../src/runtime/key-ring.ts';
import { pseudonymOf } from '../../../src/sanitize/pseudonym.ts';
import type { CityChoice } from './city-choice.ts';
import { chosenCity } from './city-choice.ts';
import { cityEvents, storesOfCity } from './city-events.ts';
import { replayer } from './gate-replay.ts';
import type { StageS } from './stage-s.ts';
import { cityPolicy, runStageS } from './stage-s.ts';
import type { Counted, Stand, StandDay } from './stand.ts';

type Names = ReadonlyMap<Pseudonym, string>;

/** Which identifiers of a person a pseudonym may stand for. */
const idsOf = (
  { subject, deviceIds }: TruePerson,
  audience: Audience,
): readonly (readonly [IdKind, string])[] => {
  const devices = deviceIds.map((id) => ['device', id] as const);
  return audience === 'statistics' && subject.linked ? [['member', subject.id], ...devices] : devices;
};

/** Judge only: who is who in an epoch, made when first asked for. */
const namesIn = (judge: KeyRing, audience: Audience, people: readonly TruePerson[]) => {
  const known = new Map<EpochStart, Names>();
  return (epoch: EpochStart): Names => {
    const held = known.get(epoch);
    if (held !== undefined) return held;
    const names = new Map<Pseudonym, string>();
    const name = { audience, epoch };
    const key = judge.knows(name) ? judge.keyOf(name, 'pseudonym') : null;
    for (const person of key === null ? [] : people) {
      for (const [kind, id] of idsOf(person, audience)) {
        if (key !== null) names.set(pseudonymOf(key, new RawId(kind, id)), person.subject.id);
      }
    }
    known.set(epoch, names);
    return names;
  };
};

const daysOf = (
  { written, judge }: StageS,
  span: { start: number; days: number },
  people: readonly TruePerson[],
) => {
  const names = namesIn(judge, 'statistics', people);
  return Array.from({ length: span.days }, (_, i): StandDay => {
    const epoch = epochStart(span.start + i * DAY_MS);
    const contributions = (written.get(epoch) ?? []).map(({ message }) => message);
    return { epoch, contributions, whoIs: (subject) => names(epoch).get(subject) ?? null };
  });
};

const timesOf = ({ written }: StageS): WeakMap<Counted, Watermark> => {
  const times = new WeakMap<Counted, Watermark>();
  for (const one of written.values()) for (const { message, at } of one) times.set(message, at);
  return times;
};

const build = async ({ options, locationDays }: CityChoice): Promise<Stand> => {
  const start = Date.parse(`${options.startDate}T04:00:00+09:00`);
  const wallBound: EventTime = eventTime(start + (options.days + 1) * DAY_MS);
  const policy = cityPolicy();
  const stores = storesOfCity(options.stores);
  const stage = await runStageS({
    policy,
    stores,
    events: cityEvents(options),
    wallBound,
    locationsUntil: start + locationDays * DAY_MS,
  });
  const people = truePeople(options);
  const days = daysOf(stage, { start, days: options.days }, people);
  const nearby = namesIn(stage.judge, 'nearby', people);
  const times = timesOf(stage);
  const { keyOf } = stage.judge;
  const writtenAt = (message: Counted): Watermark | undefined => times.get(message);
  return {
    people,
    stores,
    policy,
    days,
    locations: stage.locations,
    whoIsNearby: (epoch, pseudonym) => nearby(epoch).get(pseudonym) ?? null,
    release: replayer({ policy, stores, keyOf, wallBound, days, writtenAt }),
  };
};

let built: Promise<Stand> | null = null;

/** The stand of the chosen city, built once in a process. */
export const cityStand = (): Promise<Stand> => {
  if (built !== null) return built;
  const choice = chosenCity();
  if (choice.size === 'small') {
    process.stdout.write(
      '\n!! SMALL CITY: for development only; scores are held against no bound and no ratchet\n\n',
    );
  }
  built = build(choice);
  return built;
};
