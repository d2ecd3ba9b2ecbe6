/** Duplicates: the same again, or from many devices, changes no released row. */
import { beforeAll, expect, test } from 'vitest';
import { RawId } from '../../src/model/identity.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { RawFix } from '../../src/model/raw.ts';
import { MINUTE_MS, eventTime } from '../../src/model/time.ts';
import {
  DUPLICATES,
  doubled,
  doubledAsOthers,
  repeated,
  replayed,
} from '../support/attacks/adversaries/duplicates.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Counted, Releases, Stand } from '../support/attacks/stand.ts';
import type { PersonOfTest } from '../support/builders.ts';
import { aPolicy, aStay, clock, inOrder, people } from '../support/builders.ts';
import { drive } from '../support/drive.ts';
import { shuffled } from '../support/seeded.ts';

const DEVICES = 30;

let stand: Stand;
beforeAll(async () => {
  stand = await cityStand();
  introduce(DUPLICATES);
});

/** A noon of a small town: a crowd at one store, some at another, few at a third; whoever is odd goes on to a second. */
const noon = (): {
  readonly crowd: readonly Required<PersonOfTest>[];
  readonly events: readonly RawFix[];
} => {
  const crowd = people(40);
  const events = crowd.flatMap((person, i) => {
    const store = i < 24 ? 'bakery' : i < 37 ? 'cinema' : 'hatter';
    const from = eventTime(clock('12:00') + (i % 9) * MINUTE_MS);
    const first = aStay({ ...person, store, from, to: eventTime(from + (6 + (i % 20)) * MINUTE_MS) });
    const later = eventTime(clock('12:50') + i * 10_000);
    const second = aStay({ ...person, store: 'grocer', from: later, to: eventTime(later + 8 * MINUTE_MS) });
    return i % 2 === 0 ? first : [...first, ...second];
  });
  return { crowd, events: inOrder(events) };
};

interface Feed {
  readonly policy: Policy;
  readonly crowd: readonly PersonOfTest[];
  readonly batches: readonly (readonly RawFix[])[];
}

const rowsOf = async ({ policy, crowd, batches }: Feed): Promise<readonly string[]> => {
  const run = await drive({ policy });
  run.consents(crowd);
  for (const batch of batches) await run.events(batch);
  await run.finish();
  return run.everything();
};

const differing = (a: readonly string[], b: readonly string[]): number => {
  const [inA, inB] = [new Set(a), new Set(b)];
  return a.filter((row) => !inB.has(row)).length + b.filter((row) => !inA.has(row)).length;
};

test.each(['threshold', 'perturbed', 'dp'] as const)(
  'G-10 G-12 tier %s: events again and again',
  async (tier) => {
    const policy = aPolicy({ gate: { tier }, bounds: tier === 'dp' ? { perTable: 4 } : {} });
    const { crowd, events } = noon();
    const once = await rowsOf({ policy, crowd, batches: [events] });
    expect(once.length).toBeGreaterThan(3);
    const feeds = [
      [doubled(events)],
      [repeated(events, 7)],
      [events, events],
      [events, shuffled(events, 3)],
      [events.slice(0, 400), events.slice(200)],
    ];
    let value = 0;
    for (const batches of feeds) value += differing(once, await rowsOf({ policy, crowd, batches }));
    value += differing(once, await rowsOf({ policy, crowd: doubled(crowd), batches: [events] }));
    const others = crowd.map((person) => ({
      member: `again ${person.member}`,
      device: `again ${person.device}`,
    }));
    const asOthers = events.map((fix): RawFix => ({
      ...fix,
      deviceId: new RawId('device', `again ${fix.deviceId.reveal()}`),
      memberId: new RawId('member', `again ${fix.memberId?.reveal() ?? ''}`),
    }));
    const control = differing(
      once,
      await rowsOf({ policy, crowd: [...crowd, ...others], batches: [inOrder([...events, ...asOthers])] }),
    );
    record({
      id: `duplicates.${tier}.events`,
      adversary: DUPLICATES.name,
      tier,
      measure: `rows that differ after ${feeds.length + 1} ways of repeating`,
      value,
      control,
      controlBar: 2,
      bound: 0,
      better: 'lower',
      tolerance: 0,
    });
  },
);

test('G-10 one member with many devices counts once', async () => {
  const devices = Array.from({ length: DEVICES }, (_, i) => `phone-${i}`);
  const rowsWith = async (member: string | null, unlinkedRaiseK: boolean): Promise<number> => {
    const policy = aPolicy({ gate: { tier: 'threshold', unlinkedRaiseK } });
    const run = await drive({ policy });
    const crowd = devices.map((device) => ({ device, member }));
    run.consents(crowd);
    const stays = crowd.map((person) =>
      aStay({ ...person, store: 'hatter', from: clock('12:00'), to: clock('12:20') }),
    );
    await run.events(inOrder(stays.flat()));
    await run.finish();
    return [...run.released('visits'), ...run.released('footfall')].length;
  };
  record({
    id: 'duplicates.threshold.devices',
    adversary: DUPLICATES.name,
    tier: 'threshold',
    measure: `rows about one member with ${DEVICES} devices`,
    value: (await rowsWith('m1', false)) + (await rowsWith('m1', true)) + (await rowsWith(null, false)),
    control: await rowsWith(null, true),
    controlBar: 1,
    bound: 0,
    better: 'lower',
    tolerance: 0,
  });
});

/** Rows of visits and footfall with the number of people in each. */
const peopleIn = (releases: Releases): readonly string[] => [
  ...releases
    .rows('visits')
    .map(
      ({ unit_id, window_kind, window_start, visitors }) =>
        `${unit_id} ${window_kind} ${window_start} ${visitors}`,
    ),
  ...releases
    .rows('footfall')
    .map(
      ({ unit_id, window_kind, window_start, subjects }) =>
        `${unit_id} ${window_kind} ${window_start} ${subjects}`,
    ),
];

const visitsIn = (releases: Releases): readonly string[] =>
  releases
    .rows('visits')
    .map(
      ({ unit_id, window_kind, window_start, visits }) =>
        `${unit_id} ${window_kind} ${window_start} ${visits}`,
    );

test.each(['threshold', 'perturbed', 'dp'] as const)('G-10 tier %s: contributions replayed', (tier) => {
  const days = stand.days.slice(0, 1);
  const release = (edit: (messages: readonly Counted[]) => readonly Counted[]): Releases =>
    stand.release({ gate: { tier }, days, edit });
  const [once, twice, others] = [release((all) => all), release(replayed), release(doubledAsOthers)];
  const control = differing(peopleIn(once), peopleIn(others));
  const rest = { adversary: DUPLICATES.name, tier, control, controlBar: 100, better: 'lower' } as const;
  record({
    ...rest,
    id: `duplicates.${tier}.contributions`,
    measure: 'rows whose people differ after contributions were replayed',
    value: differing(peopleIn(once), peopleIn(twice)),
    bound: 0,
    tolerance: 0,
  });
  if (tier === 'dp') return;
  // The gate takes what it is given: that nothing is written twice is the log's part (exactly-once transactions).
  const share = (changed: Releases): number => {
    const [before, after] = [visitsIn(once), new Set(visitsIn(changed))];
    return before.filter((row) => !after.has(row)).length / before.length;
  };
  record({
    ...rest,
    id: `duplicates.${tier}.visits`,
    measure: 'share of rows whose visits would differ, were contributions ever written twice',
    value: share(twice),
    control: share(others),
    controlBar: 0.8,
    tolerance: 0.02,
  });
});
