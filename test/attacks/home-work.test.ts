/** Home and work: what the stream tells of where people sleep and work. */
import { latLngToCell } from 'h3-js';
import { beforeAll, expect, test } from 'vitest';
import type { LatLng } from '../../examples/city/ground.ts';
import type { SanitizedLocation } from '../../src/model/sanitized.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { STORE_RESOLUTION } from '../../src/place/units.ts';
import { HOME_WORK, homeOf, workOf } from '../support/attacks/adversaries/home-work.ts';
import { chainsOf, linkTraces } from '../support/attacks/adversaries/relinking.ts';
import type { Trace } from '../support/attacks/adversaries/relinking-traces.ts';
import { byPseudonym, pseudonymIn, tracesOf } from '../support/attacks/adversaries/relinking-traces.ts';
import type { Unshielded } from '../support/attacks/adversaries/sensitive-sites-unshielded.ts';
import { unshielded } from '../support/attacks/adversaries/sensitive-sites-unshielded.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Stand } from '../support/attacks/stand.ts';

let stand: Stand;
let weakened: Unshielded;
let firstDay: readonly SanitizedLocation[];
/** Judge only: home and work as fine cells. */
let homes: ReadonlyMap<string, string>;
let works: ReadonlyMap<string, string>;

const cellOf = ({ lat, lng }: LatLng): string => latLngToCell(lat, lng, STORE_RESOLUTION);

beforeAll(async () => {
  stand = await cityStand();
  introduce(HOME_WORK);
  weakened = await unshielded(stand);
  const end = (stand.days[0]?.epoch ?? 0) + DAY_MS;
  firstDay = stand.locations.filter(({ epoch }) => epoch < end);
  homes = new Map(stand.people.map(({ subject, home }) => [subject.id, cellOf(home)]));
  works = new Map(
    stand.people.flatMap(({ subject, work }) => (work === null ? [] : [[subject.id, cellOf(work)] as const])),
  );
});

type Stream = Pick<Unshielded, 'locations' | 'whoIsNearby'>;

interface Sleeper {
  found: boolean;
  /** Whether a trace showed them in a fine cell at night. */
  fine: boolean;
}

/** The people seen at night, and whether a trace of theirs shows their home's cell. */
const sleepers = (stream: Stream, isLasting: boolean): readonly Sleeper[] => {
  const { locations, whoIsNearby } = stream;
  const ownerOf = (trace: Trace): string | null =>
    isLasting ? trace.name : whoIsNearby(trace.epoch, pseudonymIn(trace));
  const traces = isLasting ? lasting(stream) : tracesOf(locations, byPseudonym);
  const told = new Map<string, Sleeper>();
  for (const trace of traces) {
    const [owner, home] = [ownerOf(trace), homeOf(trace.seen)];
    if (owner === null || home === null) continue;
    const sleeper = told.get(owner) ?? { found: false, fine: false };
    told.set(owner, sleeper);
    sleeper.found ||= homes.get(owner) === home;
    sleeper.fine ||= trace.seen.some(({ cell }) => cell === home);
  }
  return [...told.values()];
};

const foundOf = (some: readonly Sleeper[]): number =>
  some.filter(({ found }) => found).length / Math.max(some.length, 1);

const lasting = ({ locations, whoIsNearby }: Stream): readonly Trace[] =>
  tracesOf(locations, ({ requestId, epoch, pseudonym }) =>
    requestId === null ? whoIsNearby(epoch, pseudonym) : null,
  );

test('G-08 homes in the night’s traces', () => {
  const living = new Map<string, number>();
  for (const home of homes.values()) living.set(home, (living.get(home) ?? 0) + 1);
  const own = sleepers({ locations: firstDay, whoIsNearby: stand.whoIsNearby }, false);
  const control = foundOf(sleepers(weakened, true));
  const rest = {
    adversary: HOME_WORK.name,
    tier: 'stream',
    control,
    controlBar: 0.8,
    guess: Math.max(...living.values()) / homes.size,
    better: 'lower',
    tolerance: 0.02,
  } as const;
  record({
    ...rest,
    id: 'home-work.stream.home',
    measure: 'share of people seen at night whose home cell a trace shows',
    value: foundOf(own),
  });
  record({
    ...rest,
    id: 'home-work.stream.home-far-from-stores',
    measure: 'the same of those shown coarsely, as everybody is farther than a catchment from any store',
    value: foundOf(own.filter(({ fine }) => !fine)),
    bound: 0.1,
  });
});

/** Share of all people of whom a chain of joined traces that holds them gives home and work rightly. */
const pairsFound = (traces: readonly Trace[], ownersOf: (trace: Trace) => string | null): number => {
  const origin = stand.stores[0]?.position ?? { lat: 0, lng: 0 };
  const found = new Set<string>();
  for (const chain of chainsOf(traces, linkTraces(traces, origin))) {
    const seen = chain.flatMap((trace) => trace.seen);
    const home = homeOf(seen);
    const work = workOf(seen, home);
    if (home === null || work === null) continue;
    for (const owner of new Set(chain.map(ownersOf)))
      if (owner !== null && homes.get(owner) === home && works.get(owner) === work) found.add(owner);
  }
  return found.size / works.size;
};

test('G-05 G-08 home and work in chains of joined traces', () => {
  const traces = [...tracesOf(firstDay, byPseudonym)].sort((a, b) => a.epoch - b.epoch);
  expect(traces.length).toBeGreaterThan(1_000);
  record({
    id: 'home-work.stream.pair',
    adversary: HOME_WORK.name,
    tier: 'stream',
    measure: 'share of people who work somewhere, of whom home and work are found together',
    value: pairsFound(traces, (trace) => stand.whoIsNearby(trace.epoch, pseudonymIn(trace))),
    control: pairsFound(lasting(weakened), ({ name }) => name),
    controlBar: 0.15,
    better: 'lower',
    tolerance: 0.005,
  });
});
