/** Withdrawal and erasure: what was released stays as it is, what follows is without the people who left. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../examples/city/random.ts';
import type { Pseudonym } from '../../src/model/identity.ts';
import type { GatePolicy } from '../../src/model/policy.ts';
import type { EventTime } from '../../src/model/time.ts';
import { HOUR_MS, MINUTE_MS, eventTime } from '../../src/model/time.ts';
import { calendarOf } from '../../src/topology/parts.ts';
import type { Leaving, Schedule } from '../support/attacks/adversaries/withdrawal.ts';
import { WITHDRAWAL, differing, leave, outAt, rowsUntil } from '../support/attacks/adversaries/withdrawal.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import type { Entry } from '../support/attacks/released-sets.ts';
import { BREAKDOWN_TABLES, ROW_TABLES, isVisit, releasedSets } from '../support/attacks/released-sets.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Releases, Stand, StandDay } from '../support/attacks/stand.ts';

const TABLES = [...ROW_TABLES, ...BREAKDOWN_TABLES];
const LEAVERS_A_DAY = 40;
/** Days tried; every day is like the others here. */
const DAYS = 5;

let stand: Stand;
let days: readonly StandDay[];
let schedule: Schedule;
/** The watermark trails what is known: around the moment of leaving, rows may be out or not. */
let aboutMs: number;
/** Who leaves when, day by day. */
let plans: ReadonlyMap<number, Omit<Leaving, 'mode'>>;

const planOf = ({ contributions }: StandDay, at: number, random: Random): Omit<Leaving, 'mode'> => {
  const known = new Set<Pseudonym>();
  for (const message of contributions)
    if (message.kind === 'visit' && message.knownAt < at) known.add(message.subject);
  for (const message of contributions) if (message.kind === 'retract') known.delete(message.subject);
  const some = [...known];
  const subjects = new Set<Pseudonym>();
  for (let i = 0; i < LEAVERS_A_DAY; i++) {
    const subject = some[random.below(some.length)];
    if (subject !== undefined) subjects.add(subject);
  }
  return { at, subjects };
};

beforeAll(async () => {
  stand = await cityStand();
  days = stand.days.slice(0, DAYS);
  introduce(WITHDRAWAL);
  const calendar = calendarOf(stand.policy);
  schedule = {
    dayEnd: (at) => calendar.epochAt(at).end,
    windowEnd: (kind, at) => calendar.windowAt(kind, at).end,
    gate: stand.policy.gate,
  };
  aboutMs = 2 * stand.policy.latenessMs + 5 * MINUTE_MS;
  const random = new Random(31);
  plans = new Map(
    days.map((day) => [day.epoch, planOf(day, day.epoch + random.between(9, 17) * HOUR_MS, random)]),
  );
});

const planFor = (day: StandDay): Omit<Leaving, 'mode'> => {
  const plan = plans.get(day.epoch);
  if (plan === undefined) throw new Error('a day without a plan');
  return plan;
};

const releaseWith = (gate: Partial<GatePolicy>, mode: Leaving['mode']): Releases =>
  stand.release({
    gate,
    days,
    edit: (contributions, day) => leave(contributions, { ...planFor(day), mode }),
  });

/** As if those who left had never been there. */
const remade = (gate: Partial<GatePolicy>): Releases =>
  stand.release({
    gate,
    days,
    edit: (contributions, day) => contributions.filter(({ subject }) => !planFor(day).subjects.has(subject)),
  });

/** Rows that were out before the moment of their day, and differ between two releases. */
const changed = (a: Releases, b: Releases): number =>
  days.reduce((sum, day) => {
    const span = { from: day.epoch, until: planFor(day).at - aboutMs, schedule };
    return sum + differing(rowsUntil(a, TABLES, span), rowsUntil(b, TABLES, span));
  }, 0);

const dayOf = (at: EventTime): StandDay | undefined => days.findLast(({ epoch }) => epoch <= at);

/** Share of those who left who are in something that came out well after. */
const stillIn = ({ witnessed }: Releases): number => {
  const found = new Set<string>();
  for (const row of witnessed) {
    const day = dayOf(row.windowStart);
    if (day === undefined || outAt(row.series, row, schedule) <= planFor(day).at + aboutMs) continue;
    for (const { subject } of row.entries) if (planFor(day).subjects.has(subject)) found.add(subject);
  }
  return found.size / [...plans.values()].reduce((sum, { subjects }) => sum + subjects.size, 0);
};

describe.each(['threshold', 'perturbed'] as const)('tier %s', (tier) => {
  let stayed: Releases;
  let left: Releases;
  let ignored: Releases;
  beforeAll(() => {
    stayed = stand.release({ gate: { tier }, days });
    left = releaseWith({ tier }, 'retracted');
    ignored = releaseWith({ tier }, 'stopped');
  });

  test('G-03 G-12 rows that were out before somebody left stay as they are', () => {
    record({
      id: `withdrawal.${tier}.changed`,
      adversary: WITHDRAWAL.name,
      tier,
      measure: 'rows out before that read differently after',
      value: changed(stayed, left),
      control: changed(stayed, remade({ tier })),
      controlBar: 10,
      bound: 0,
      better: 'lower',
    });
  });

  test('G-03 nothing released later holds somebody who left', () => {
    record({
      id: `withdrawal.${tier}.still-in`,
      adversary: WITHDRAWAL.name,
      tier,
      measure: 'share of those who left who are in something released later',
      value: stillIn(left),
      control: stillIn(ignored),
      controlBar: 0.3,
      bound: 0,
      better: 'lower',
    });
  });

  test('G-03 G-11 parts that come out later add up to their rows, so that nobody is missed', () => {
    const cleaned = days.map((day) => ({
      ...day,
      contributions: leave(day.contributions, { ...planFor(day), mode: 'retracted' }),
    }));
    const gone = new Map(days.map((day) => [day, planFor(day).subjects]));
    const isGone = (entry: Entry): boolean => {
      const day = isVisit(entry) ? dayOf(eventTime(entry.end)) : undefined;
      return day !== undefined && gone.get(day)?.has(entry.subject) === true;
    };
    const sets = releasedSets(left, cleaned);
    expect(sets.broken).toEqual([]);
    record({
      id: `withdrawal.${tier}.missed`,
      adversary: WITHDRAWAL.name,
      tier,
      measure: 'breakdowns that do not add up to their rows',
      value: sets.unequal.length,
      control: new Set(sets.parts.filter(({ entries }) => entries.some(isGone)).map(({ row }) => row)).size,
      controlBar: 10,
      bound: 0,
      better: 'lower',
    });
  });
});

test('G-03 tier dp: a day’s rows are those of a day on which they never were', () => {
  const never = remade({ tier: 'dp' });
  const texts = (releases: Releases): readonly string[] =>
    TABLES.flatMap((table) => releases.rows(table).map((row) => `${table} ${JSON.stringify(row)}`));
  record({
    id: 'withdrawal.dp.still-in',
    adversary: WITHDRAWAL.name,
    tier: 'dp',
    measure: 'rows that differ from those without the people who left',
    value: differing(texts(releaseWith({ tier: 'dp' }, 'retracted')), texts(never)),
    control: differing(texts(releaseWith({ tier: 'dp' }, 'stopped')), texts(never)),
    controlBar: 10,
    bound: 0,
    better: 'lower',
  });
});
