/** What flows into a simulated stream: two days of a small town, choices, a withdrawal on the way, broken records; and what must come out. */
import type { LedgerLine } from '../../../src/model/ledger.ts';
import { subjectOf } from '../../../src/model/identity.ts';
import type { SaltName } from '../../../src/model/identity.ts';
import type { Policy } from '../../../src/model/policy.ts';
import { RawId } from '../../../src/model/identity.ts';
import type { RawDevice, RawEvent, RawFix, RawRight } from '../../../src/model/raw.ts';
import { eventTime } from '../../../src/model/time.ts';
import type { Outgoing } from '../../../src/ports/log.ts';
import type { SaltVault } from '../../../src/ports/salts.ts';
import type { FileTopic } from '../../../src/wire/decoder.ts';
import { framedEncoder } from '../../../src/wire/framed.ts';
import { partitionOf } from '../../../src/wire/murmur2.ts';
import { SCHEMAS } from '../../../src/wire/schemas.gen.ts';
import { aTownDay } from '../../topology/town-day.ts';
import type { PersonOfTest } from '../builders.ts';
import {
  aConsent,
  aFix,
  aSmallPolicy,
  aStay,
  anErasure,
  clock,
  eventTimeAfter,
  inOrder,
} from '../builders.ts';
import { drive } from '../drive.ts';
import { fixedSalt, textOf } from '../stream/stream.ts';
import { Chance } from './chance.ts';

/** All names begin with it, so that none can be anywhere unseen. */
export const CANARY = 'CANARY';

export interface TownInput {
  readonly policy: Policy;
  /** Read before anything else. */
  readonly rights: readonly RawRight[];
  readonly morning: readonly RawEvent[];
  /** Withdrawals and erasures that come when all of the morning has been taken in. */
  readonly laterRights: readonly RawRight[];
  readonly rest: readonly RawEvent[];
  /** Choices that come at any time while the rest is taken in: how much is made of these people's fixes is open. */
  readonly racing: readonly RawRight[];
}

/** What any number of workers must make of it. */
export interface Expected {
  /** Rows by table, each as text, sorted. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  readonly locations: readonly string[];
  readonly ledger: readonly LedgerLine[];
  /** For each of the racing choices: that person's pseudonyms in sanitized locations. */
  readonly racers: readonly ReadonlySet<string>[];
}

const PEOPLE: readonly PersonOfTest[] = [
  ...Array.from({ length: 16 }, (_, i) => ({
    member: `${CANARY}-member-${i}`,
    device: `${CANARY}-phone-${i}`,
  })),
  ...Array.from({ length: 2 }, (_, i) => ({ member: null, device: `${CANARY}-lone-${i}` })),
];

/** Two people in another region, too few for any row: what is made of them changes nothing for anybody else. */
export const RACERS: readonly PersonOfTest[] = [1, 2].map((i) => ({
  member: `${CANARY}-racer-${i}`,
  device: `${CANARY}-racing-phone-${i}`,
}));
const RACERS_NAME = /-rac(er|ing)/u;

export const isRacer = ({ deviceId }: RawEvent): boolean => RACERS_NAME.test(deviceId?.reveal() ?? '');

const raceOf = (chance: Chance): RawFix[] =>
  RACERS.flatMap((person) =>
    ['12:31', '13:20', '14:40'].flatMap((from) =>
      aStay({
        ...{ ...person, store: 'inn', from: clock(from) },
        to: eventTimeAfter(clock(from), chance.between(4, 20)),
      }),
    ),
  );

const aDevice = ({ deviceId, memberId, at, origin }: RawFix): RawDevice => ({
  ...{ kind: 'device', deviceId, memberId, at, origin, idType: 'INSTALL', thirdPartyId: null },
  ...{ terminalType: 'phone', model: null, osName: 'os', osVersion: '1', appVersion: null },
  ...{ ageBand: null, gender: null, prefecture: null },
});

/** Of some fixes their terminal tells about itself as well; some are refused at the doors. */
const withOthers = (fixes: readonly RawFix[], chance: Chance): RawEvent[] =>
  fixes.flatMap((fix): RawEvent[] => {
    if (chance.one(0.06)) return [fix, aDevice(fix)];
    if (chance.one(0.02)) return [fix, { ...fix, mocked: true, at: eventTime(fix.at + 1_000) }];
    if (chance.one(0.02)) return [fix, fix];
    if (chance.one(0.02)) return [fix, aFix({ device: `${CANARY}-stranger`, at: fix.at })];
    return [fix];
  });

/** Nobody comes later than the lateness allows. */
const delayed = (events: readonly RawEvent[], byMs: number, chance: Chance): RawEvent[] =>
  events
    .map((event) => ({ event, at: event.at + chance.int(byMs) }))
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);

/** The input number so and so; equal numbers give equal inputs. */
export const townInput = (variant: number): TownInput => {
  const chance = new Chance(1_000 + variant);
  const policy = aSmallPolicy({
    k: 3,
    kBreakdown: 3,
    homogeneityShare: 0.95,
    rounding: variant % 2 === 0 ? 1 : 5,
  });
  const people = PEOPLE.slice(0, 7 + (variant % 4) * 2);
  const days = variant % 3 === 0 ? [0] : [0, 1];
  const fixes = days.flatMap((day) => aTownDay(day, day === 0 ? people : people.slice(0, 4)));
  const events = withOthers(inOrder([...fixes, ...raceOf(chance)]), chance);
  const arriving = variant % 2 === 0 ? events : delayed(events, policy.latenessMs - 1, chance);
  const noon = arriving.findIndex(({ at }) => at >= clock('12:20'));
  const [gone = {}, erased = {}] = people;
  const leave = variant % 4 === 1 || variant % 4 === 2;
  return {
    policy,
    rights: [...PEOPLE, ...RACERS].map((person) => aConsent(person)),
    morning: arriving.slice(0, noon),
    laterRights: leave
      ? [
          aConsent({ ...gone, at: clock('12:21'), purposes: [] }),
          anErasure({ ...erased, at: clock('12:21') }),
        ]
      : [],
    rest: arriving.slice(noon),
    racing: [
      aConsent({ ...RACERS[0], at: clock('13:00'), purposes: [] }),
      chance.one(0.5)
        ? anErasure({ ...RACERS[1], at: clock('13:30') })
        : aConsent({ ...RACERS[1], at: clock('13:30'), purposes: [] }),
    ],
  };
};

/** A vault with the salts of the stream. */
const fixedVault = (): SaltVault => ({
  hold: (names: readonly SaltName[]) =>
    Promise.resolve(names.map((name) => ({ name, bytes: fixedSalt(name), commitment: '', born: false }))),
  destroy: () => Promise.resolve(),
  close: () => Promise.resolve(),
  imported: true,
});

/** A racer's pseudonyms, from a run in which nobody withdraws. */
const racerIn = async ({ policy, rights, rest }: TownInput, { deviceId }: RawRight) => {
  const run = await drive({ policy, vault: fixedVault() });
  for (const right of rights) run.right(right);
  await run.events(rest.filter((event) => event.deviceId?.reveal() === deviceId.reveal()));
  return new Set<string>(run.locations.map(({ pseudonym }) => pseudonym));
};

/** The embedded engine's answer. */
export const expectedOf = async (whole: TownInput): Promise<Expected> => {
  const { policy, rest, ...input } = whole;
  const run = await drive({ policy, vault: fixedVault() });
  for (const right of input.rights) run.right(right);
  await run.batches(input.morning, 50);
  for (const right of input.laterRights) run.right(right);
  const others = rest.filter((event) => !isRacer(event));
  await run.batches(others, 50);
  await run.finish();
  const rows = new Map<string, string[]>();
  for (const { table, rows: ofWindow } of run.windows) {
    rows.set(table, [...(rows.get(table) ?? []), ...ofWindow.map(textOf)]);
  }
  return {
    rows: Object.fromEntries([...rows].map(([table, texts]) => [table, texts.sort()])),
    locations: run.locations.map(textOf).sort(),
    ledger: run.ledger,
    racers: await Promise.all(whole.racing.map((right) => racerIn(whole, right))),
  };
};

const TOPIC_OF = {
  fix: 'raw.gps',
  device: 'raw.device',
  access: 'raw.access-log',
  consent: 'privacy.consent',
  erasure: 'privacy.erasure',
} as const satisfies Record<string, FileTopic>;

const TOPIC_NAMES = Object.keys(SCHEMAS);

type Encode = (value: RawEvent | RawRight) => Buffer;

const encoderOf = (topic: FileTopic): Encode => {
  const encode: unknown = framedEncoder(topic, TOPIC_NAMES.indexOf(topic) + 1);
  return encode as Encode;
};

const encoders = new Map(Object.values(TOPIC_OF).map((topic) => [topic, encoderOf(topic)]));

/** A record as its producer writes it, keyed by subject. */
export const recordOf = (of: RawEvent | RawRight, partitions: number): Outgoing => {
  const topic = TOPIC_OF[of.kind];
  const subject = subjectOf(of);
  const key = subject === null ? null : Buffer.from(subject.reveal());
  const partition = key === null ? 0 : partitionOf(key, partitions);
  return { topic, partition, key, value: encoders.get(topic)?.(of) ?? null };
};

/** Records that go to the dead letters: no value, no frame, cut short, somebody else's key, the wrong partition. */
export const brokenRecords = (partitions: number, chance: Chance): readonly Outgoing[] => {
  const whole = recordOf(aFix({ device: `${CANARY}-broken`, at: clock('12:00') }), partitions);
  const { value, partition } = whole;
  const elsewhere = (partition + 1) % partitions;
  const broken: readonly Outgoing[] = [
    { ...whole, value: null },
    { ...whole, value: Buffer.from(`${CANARY} is no Avro`) },
    { ...whole, value: value?.subarray(0, 12) ?? null },
    { ...whole, key: Buffer.from(`${CANARY}-other`) },
    ...(elsewhere === partition ? [] : [{ ...whole, partition: elsewhere }]),
    { ...whole, topic: 'privacy.consent', value: Buffer.from('no consent either') },
  ];
  return chance.shuffled(broken).slice(0, chance.between(0, broken.length));
};

export const decoyEvents = (): readonly RawEvent[] =>
  Array.from({ length: 30 }, (_, i) =>
    aFix({
      deviceId: new RawId('device', `${CANARY}-phone-${i % 7}`),
      memberId: new RawId('member', `${CANARY}-member-${i % 7}`),
      at: eventTime(clock('13:00') + i * 60_000),
    }),
  );
