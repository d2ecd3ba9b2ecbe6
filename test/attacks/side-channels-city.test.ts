/** Side channels in the city and in the whole flow: no published byte depends on somebody who is in no row. */
import { beforeAll, expect, test } from 'vitest';
import type { RawFix } from '../../src/model/raw.ts';
import {
  listedWithheld,
  publishedDay,
  unreleased,
} from '../support/attacks/adversaries/side-channels-city.ts';
import { SIDE_CHANNELS } from '../support/attacks/adversaries/side-channels.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Counted, Stand } from '../support/attacks/stand.ts';
import { aPolicy, aStay, clock, inOrder, people } from '../support/builders.ts';
import { drive } from '../support/drive.ts';

const VICTIMS = 12;

let stand: Stand;
beforeAll(async () => {
  stand = await cityStand();
  introduce(SIDE_CHANNELS);
});

test.each(['threshold', 'perturbed'] as const)('G-13 G-15 tier %s: people of the city in no row', (tier) => {
  const [day] = stand.days;
  if (day === undefined) throw new Error('a city without days');
  const { epoch, contributions } = day;
  const publish = (messages: readonly Counted[]) => publishedDay(stand, { epoch, messages }, { tier });
  const whole = publish(contributions);
  const nobodys = unreleased(contributions, whole);
  const step = Math.max(1, Math.floor(nobodys.length / VICTIMS));
  const victims = nobodys.filter((_, i) => i % step === 0).slice(0, VICTIMS);
  expect(victims.length).toBeGreaterThan(0);
  const withheld = new Set(nobodys);
  const listed = listedWithheld(contributions, withheld);
  const without = victims.map((victim) => contributions.filter(({ subject }) => subject !== victim));
  record({
    id: `side-channels.${tier}.city`,
    adversary: SIDE_CHANNELS.name,
    tier,
    measure: `share of ${victims.length} people in no row of whom any published byte tells`,
    value: without.filter((messages) => publish(messages).text !== whole.text).length / victims.length,
    control:
      without.filter((messages) => listedWithheld(messages, withheld) !== listed).length / victims.length,
    controlBar: 0.9,
    bound: 0,
    better: 'lower',
    tolerance: 0,
  });
});

interface Flow {
  /** Rows and ledger. */
  readonly published: string;
  /** What each station let through: the operator's, and published by the weakened system. */
  readonly counts: string;
}

/** A noon with a crowd at one store, and whatever else. */
const flowWith = async (more: readonly RawFix[]): Promise<Flow> => {
  const crowd = people(30);
  const run = await drive({ policy: aPolicy() });
  // The victim has agreed in both worlds: choices are not published.
  run.consents([...crowd, { member: 'victim', device: 'phone-victim' }]);
  const stays = crowd.map((person) =>
    aStay({ ...person, store: 'bakery', from: clock('12:05'), to: clock('12:25') }),
  );
  await run.events(inOrder([...stays.flat(), ...more]));
  await run.finish();
  return { published: JSON.stringify([run.windows, run.ledger]), counts: JSON.stringify(run.counts) };
};

const flowsAt = (times: readonly (readonly [from: string, to: string])[]): Promise<readonly Flow[]> =>
  Promise.all(
    times.map(([from, to]) =>
      flowWith(
        aStay({
          member: 'victim',
          device: 'phone-victim',
          store: 'inn',
          from: clock(from),
          to: clock(to),
        }),
      ),
    ),
  );

const share = (flows: readonly Flow[], tells: (flow: Flow) => boolean): number =>
  flows.filter(tells).length / flows.length;

test('G-13 G-15 the whole flow, somebody in a place of their own', async () => {
  const without = await flowWith([]);
  const amongOthers = await flowsAt([
    ['12:05', '12:15'],
    ['12:10', '12:18'],
    ['12:20', '12:30'],
  ]);
  const alone = await flowsAt([
    ['09:05', '09:15'],
    ['15:05', '15:15'],
    ['20:05', '20:15'],
  ]);
  const rest = {
    adversary: SIDE_CHANNELS.name,
    tier: 'stream',
    controlBar: 1,
    better: 'lower',
    tolerance: 0,
  } as const;
  record({
    ...rest,
    id: 'side-channels.stream.hour-of-many',
    measure: 'share of people told by rows or ledger, in an hour in which others are seen elsewhere',
    value: share(amongOthers, ({ published }) => published !== without.published),
    control: share(amongOthers, ({ counts }) => counts !== without.counts),
    bound: 0,
  });
  // A salt is born for the first event of its hour, and the ledger says so: silent hours are told from others.
  record({
    ...rest,
    id: 'side-channels.stream.hour-of-nobody',
    measure: 'the same in an hour in which nobody else is seen at all',
    value: share(alone, ({ published }) => published !== without.published),
    control: share(alone, ({ counts }) => counts !== without.counts),
  });
});
