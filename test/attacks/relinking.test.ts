/** Relinking: how far people can be followed over a change of their pseudonyms. */
import { beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/model/time.ts';
import type { Pseudonym } from '../../src/model/identity.ts';
import type { Position } from '../../src/model/place.ts';
import type { Habit, Links } from '../support/attacks/adversaries/relinking.ts';
import { RELINKING, chainsOf, linkDays, linkTraces } from '../support/attacks/adversaries/relinking.ts';
import type { Trace } from '../support/attacks/adversaries/relinking-traces.ts';
import { byPseudonym, pseudonymIn, tracesOf } from '../support/attacks/adversaries/relinking-traces.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Stand, StandDay } from '../support/attacks/stand.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await cityStand();
  introduce(RELINKING);
});

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((a, b) => a + b, 0) / Math.max(numbers.length, 1);

describe('location.sanitized', () => {
  let traces: readonly Trace[];
  /** Judge only: whose each trace is. */
  let owners: readonly (string | null)[];
  let links: Links;
  let perfect: Links;

  beforeAll(() => {
    const start = stand.days[0]?.epoch ?? 0;
    const firstDay = stand.locations.filter(({ epoch }) => epoch < start + DAY_MS);
    traces = [...tracesOf(firstDay, byPseudonym)].sort((a, b) => a.epoch - b.epoch);
    owners = traces.map((trace) => stand.whoIsNearby(trace.epoch, pseudonymIn(trace)));
    const origin: Position = stand.stores[0]?.position ?? { lat: 0, lng: 0 };
    links = linkTraces(traces, origin);
    const lasting = traces.map((trace, i) => ({ ...trace, name: owners[i] ?? trace.name }));
    perfect = linkTraces(lasting, origin);
  });

  /** Of the traces whose owner has another within the next hour, the share that goes on with one of the owner's. */
  const followed = (found: Links): number => {
    const seenIn = new Set(traces.map(({ epoch }, i) => `${owners[i]}|${epoch}`));
    const told = traces.flatMap(({ epoch }, i) => {
      const owner = owners[i];
      if (owner === null || owner === undefined || !seenIn.has(`${owner}|${epoch + HOUR_MS}`)) return [];
      return [owners[found.get(i) ?? -1] === owner ? 1 : 0];
    });
    return mean(told);
  };

  /** Mean share of a person's traces that one chain holds in an unbroken run of their own. */
  const held = (found: Links): number => {
    const numberOf = new Map(traces.map((trace, i) => [trace, i]));
    const whose = (trace: Trace): string | null => owners[numberOf.get(trace) ?? -1] ?? null;
    const total = new Map<string, number>();
    for (const owner of owners) if (owner !== null) total.set(owner, (total.get(owner) ?? 0) + 1);
    const longest = new Map<string, number>();
    for (const chain of chainsOf(traces, found)) {
      let run = 0;
      let before: string | null = null;
      for (const owner of chain.map(whose)) {
        run = owner === before ? run + 1 : 1;
        before = owner;
        if (owner !== null) longest.set(owner, Math.max(longest.get(owner) ?? 0, run));
      }
    }
    return mean([...total].map(([owner, all]) => (longest.get(owner) ?? 0) / all));
  };

  test('G-05 G-06 from one hour to the next', () => {
    expect(traces.length).toBeGreaterThan(1_000);
    record({
      id: 'relinking.stream.hour',
      adversary: RELINKING.name,
      tier: 'stream',
      measure: 'share of traces joined to the same person’s next',
      value: followed(links),
      control: followed(perfect),
      controlBar: 0.95,
      guess: 24 / traces.length,
      better: 'lower',
      tolerance: 0.02,
    });
  });

  test('G-05 G-06 through a day', () => {
    record({
      id: 'relinking.stream.day',
      adversary: RELINKING.name,
      tier: 'stream',
      measure: 'share of a person’s hours of a day in the longest right chain',
      value: held(links),
      control: held(perfect),
      controlBar: 0.9,
      guess: held(new Map()),
      better: 'lower',
      tolerance: 0.02,
    });
  });
});

describe('contributions read while they were readable', () => {
  const habits = ({ contributions }: StandDay, nameOf: (subject: Pseudonym) => string): readonly Habit[] => {
    const places = new Map<Pseudonym, Set<string>>();
    for (const message of contributions) {
      if (message.kind !== 'visit' && message.kind !== 'footfall') continue;
      const held = places.get(message.subject) ?? new Set();
      places.set(message.subject, held);
      if (message.kind === 'visit') held.add(message.store);
      else held.add(message.cell).add(`${message.cell}|${(message.windowStart - message.epoch) / HOUR_MS}`);
    }
    return [...places].map(([subject, own]) => ({ name: nameOf(subject), places: own }));
  };

  /** Of those who are there on both days, the share joined rightly. */
  const joined = (pairs: readonly (readonly [StandDay, StandDay])[], isLasting: boolean): number =>
    mean(
      pairs.map(([before, after]) => {
        const who =
          (day: StandDay) =>
          (subject: Pseudonym): string =>
            day.whoIs(subject) ?? subject;
        const named = (day: StandDay) => habits(day, isLasting ? who(day) : (subject) => subject);
        const [ownersBefore, ownersAfter] = [before, after].map((day) =>
          habits(day, who(day)).map(({ name }) => name),
        );
        const links = linkDays(named(before), named(after));
        const there = new Set(ownersAfter);
        const asked = (ownersBefore ?? []).flatMap((owner, i) => (there.has(owner) ? [{ owner, i }] : []));
        return mean(asked.map(({ owner, i }) => Number(ownersAfter?.[links.get(i) ?? -1] === owner)));
      }),
    );

  test('G-05 G-06 from one day to the next', () => {
    const pairs = [0].flatMap((i) => {
      const [before, after] = [stand.days[i], stand.days[i + 1]];
      return before === undefined || after === undefined ? [] : [[before, after] as const];
    });
    record({
      id: 'relinking.stream.contributions',
      adversary: RELINKING.name,
      tier: 'stream',
      measure:
        'share of people whose contributions of two days are joined, had an operator kept them readable',
      value: joined(pairs, false),
      control: joined(pairs, true),
      controlBar: 0.99,
      guess: 1 / Math.max(stand.people.length, 1),
      better: 'lower',
      tolerance: 0.02,
    });
  });
});
