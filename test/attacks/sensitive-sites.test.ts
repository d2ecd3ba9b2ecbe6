/** Sensitive sites: nothing comes out of people who are in one; how much a gap tells is known. */
import { beforeAll, expect, test } from 'vitest';
import type { TrueVisit } from '../../examples/city/city.ts';
import { DAY_MS, MINUTE_MS } from '../../src/model/time.ts';
import type { Trace } from '../support/attacks/adversaries/relinking-traces.ts';
import { byPseudonym, pseudonymIn, tracesOf } from '../support/attacks/adversaries/relinking-traces.ts';
import type { Unshielded } from '../support/attacks/adversaries/sensitive-sites-unshielded.ts';
import { trueVisits, unshielded } from '../support/attacks/adversaries/sensitive-sites-unshielded.ts';
import type { Gap } from '../support/attacks/adversaries/sensitive-sites.ts';
import { SENSITIVE_SITES, during, gapsNear } from '../support/attacks/adversaries/sensitive-sites.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Stand } from '../support/attacks/stand.ts';

let stand: Stand;
let weakened: Unshielded;
/** Judge only. */
let visits: readonly TrueVisit[];
let end: number;
/** Of two days, as the gaps are few. */
let traces: readonly Trace[];

beforeAll(async () => {
  stand = await cityStand();
  introduce(SENSITIVE_SITES);
  weakened = await unshielded(stand);
  end = (stand.days[0]?.epoch ?? 0) + DAY_MS;
  visits = trueVisits(2).filter(({ sensitive }) => sensitive);
  traces = tracesOf(stand.locations, byPseudonym);
});

type WhoIsNearby = Stand['whoIsNearby'];

/** Judge only: the traces of everybody. */
const ownTraces = (some: readonly Trace[], whoIs: WhoIsNearby): ReadonlyMap<string, readonly Trace[]> => {
  const own = new Map<string, Trace[]>();
  for (const trace of some) {
    const who = whoIs(trace.epoch, pseudonymIn(trace));
    if (who !== null) own.set(who, [...(own.get(who) ?? []), trace]);
  }
  return own;
};

/** Share of visits of a quarter of an hour or more of which the stream shows anything. */
const shown = (some: readonly Trace[], whoIs: WhoIsNearby, asked: readonly TrueVisit[]): number => {
  const own = ownTraces(some, whoIs);
  const long = asked.filter(({ startMs, endMs }) => endMs - startMs >= 15 * MINUTE_MS);
  const found = long.filter((visit) => during(visit, own.get(visit.subject.id) ?? []) > 0);
  expect(long.length).toBeGreaterThan(5);
  return found.length / long.length;
};

test('G-09 records of people who are in a sensitive place', () => {
  const onFirstDay = visits.filter(({ endMs }) => endMs < end);
  record({
    id: 'sensitive-sites.stream.records',
    adversary: SENSITIVE_SITES.name,
    tier: 'stream',
    measure: `share of ${visits.length} visits of which a record of the stream comes`,
    value: shown(traces, stand.whoIsNearby, visits),
    control: shown(tracesOf(weakened.locations, byPseudonym), weakened.whoIsNearby, onFirstDay),
    controlBar: 0.6,
    bound: 0.1,
    better: 'lower',
    tolerance: 0.02,
  });
});

test('G-09 visits to a sensitive place', () => {
  const sites = new Set<string>(stand.stores.filter(({ sensitive }) => sensitive).map(({ id }) => id));
  const counted = stand.days.flatMap(({ contributions }) =>
    contributions.filter((message) => 'store' in message && sites.has(message.store)),
  );
  const rows = (['visits', 'dwell', 'transitions'] as const).flatMap((table) =>
    (['threshold', 'perturbed', 'dp'] as const).flatMap((tier) =>
      stand
        .release({ gate: { tier } })
        .rows(table)
        .filter(({ unit_id }) => sites.has(unit_id)),
    ),
  );
  record({
    id: 'sensitive-sites.stream.visits',
    adversary: SENSITIVE_SITES.name,
    tier: 'stream',
    measure: 'contributions and rows that name a sensitive place',
    value: counted.length + rows.length,
    control: weakened.contributions.filter((message) => 'store' in message && sites.has(message.store))
      .length,
    controlBar: 10,
    bound: 0,
    better: 'lower',
    tolerance: 0,
  });
});

test('G-09 what a gap near a sensitive place tells', () => {
  const sites = stand.stores.filter(({ sensitive }) => sensitive);
  const gaps = gapsNear(traces, sites);
  expect(gaps.length).toBeGreaterThan(0);
  const visitsOf = new Map<string, TrueVisit[]>();
  for (const visit of visits)
    visitsOf.set(visit.subject.id, [...(visitsOf.get(visit.subject.id) ?? []), visit]);
  const isVisit = ({ trace, store, fromMs, toMs }: Gap): boolean => {
    const who = stand.whoIsNearby(trace.epoch, pseudonymIn(trace));
    return (visitsOf.get(who ?? '') ?? []).some(
      ({ storeId, startMs, endMs }) => storeId === store.id && startMs < toMs && endMs > fromMs,
    );
  };
  const right = gaps.filter(isVisit);
  record({
    id: 'sensitive-sites.stream.gap-precision',
    adversary: SENSITIVE_SITES.name,
    tier: 'stream',
    measure: `share of ${gaps.length} gaps near a place that are visits to it`,
    value: right.length / gaps.length,
    control: readWithoutShield(sites.map(({ id }) => id)),
    controlBar: 0.8,
    better: 'lower',
    tolerance: 0.05,
  });
  record({
    id: 'sensitive-sites.stream.gap-recall',
    adversary: SENSITIVE_SITES.name,
    tier: 'stream',
    measure: `share of ${visits.length} visits that make such a gap`,
    value:
      new Set(right.map(({ trace }) => stand.whoIsNearby(trace.epoch, pseudonymIn(trace)))).size /
      visits.length,
    control: readWithoutShield(sites.map(({ id }) => id)),
    controlBar: 0.8,
    better: 'lower',
    tolerance: 0.05,
  });
});

/** Without a shield: of the visits that are counted at the places, the share that were visits. */
const readWithoutShield = (sites: readonly string[]): number => {
  const counted = weakened.contributions.filter((message) => message.kind === 'visit');
  const told = counted.filter(({ store }) => sites.includes(store));
  const [day] = stand.days;
  const right = told.filter(({ subject, store, end: until }) =>
    visits.some(
      (visit) =>
        visit.storeId === store &&
        visit.subject.id === day?.whoIs(subject) &&
        visit.startMs < until + 10 * MINUTE_MS &&
        visit.endMs > until - 90 * MINUTE_MS,
    ),
  );
  return right.length / Math.max(told.length, 1);
};
