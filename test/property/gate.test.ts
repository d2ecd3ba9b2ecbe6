import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../src/model/identity.ts';
import type { GatePolicy } from '../../src/model/policy.ts';
import type { AnyRow } from '../../src/model/table.ts';
import { anyDay, anyGate, anyWatermarks, EPOCH_OVER, everyone, policyWith } from '../support/arbitraries.ts';
import { EPOCH, TOWN } from '../support/builders.ts';
import { GateRun } from '../support/drive.ts';
import type { Contributions, Oracle, World } from '../support/oracle.ts';
import { drawOf, membersOf, oracle } from '../support/oracle.ts';
import { spanOf } from '../support/oracle-ladder.ts';
import { shuffled } from '../support/seeded.ts';

const TABLES = ['visits', 'footfall', 'dwell', 'transitions', 'terminals', 'demographics'] as const;
const RUNS = { seed: 20240305, numRuns: 150 };
const FEW = { seed: 20240306, numRuns: 35 };

const gateRun = (gate: GatePolicy): GateRun => new GateRun({ policy: policyWith(gate) });

const worldOf = (gate: GatePolicy, { drawKey, noiseKey }: GateRun): World => {
  const { bounds, visits } = policyWith(gate);
  const { visitsPerWindow } = bounds;
  return { gate, stores: TOWN, drawKey, noiseKey, visitsPerWindow, minDwellMs: visits.minDwellMs };
};

/** All contributions at once, then every window closed. */
const atOnce = (day: Contributions, gate: GatePolicy): GateRun => {
  const run = gateRun(gate);
  run.accept(...everyone(day));
  run.finish();
  return run;
};

const rowText = (row: AnyRow): string =>
  JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Released rows with the closing at which they came out, sorted. */
const releasedOf = (run: GateRun): readonly string[] =>
  run.windows
    .flatMap(({ table, windowKind, window, rows }) =>
      rows
        .filter(({ status }) => status === 'RELEASED')
        .map((row) => `${table} ${windowKind}@${String(window.start)} ${rowText(row)}`),
    )
    .sort();

const expectedOf = (expected: Oracle): readonly string[] =>
  TABLES.flatMap((table) => [...expected[table]])
    .map(({ table, closing, text }) => `${table} ${closing} ${text}`)
    .sort();

type Row = Readonly<Record<string, string | number | null>>;

/** One breakdown row with all its parts. */
const partsByRow = (rows: Oracle['dwell']): readonly Oracle['dwell'][] => {
  const groups = new Map<unknown, Oracle['dwell'][number][]>();
  for (const row of rows) {
    const parts = groups.get(row.holds) ?? [];
    parts.push(row);
    groups.set(row.holds, parts);
  }
  return [...groups.values()];
};

const check = (runs: typeof RUNS, law: (day: Contributions, gate: GatePolicy) => void): void => {
  fc.assert(fc.property(anyDay, anyGate, law), runs);
};

describe('G-10 G-11 G-13 the gate against the oracle', () => {
  it('releases exactly the rows of the definition, byte for byte and at their closing', () => {
    let released = 0;
    const seen = { visits: 0, footfall: 0, dwell: 0, transitions: 0, terminals: 0, demographics: 0 };
    check(RUNS, (day, gate) => {
      const run = atOnce(day, gate);
      const expected = oracle(day, worldOf(gate, run));
      expect(releasedOf(run).join('\n')).toBe(expectedOf(expected).join('\n'));
      released += expectedOf(expected).length;
      for (const table of TABLES) seen[table] += expected[table].length;
    });
    // The law is empty where nothing is released.
    expect(released).toBeGreaterThan(1_000);
    expect(Object.values(seen).every((n) => n > 50)).toBe(true);
  });

  it('withholds every store and day without a released row, and nothing else', () => {
    check(FEW, (day, gate) => {
      const run = atOnce(day, gate);
      const withheld = run.windows.flatMap(({ rows }) => rows.filter(({ status }) => status === 'WITHHELD'));
      expect(withheld.map(rowText).sort()).toEqual([...oracle(day, worldOf(gate, run)).withheld].sort());
    });
  });
});

describe('G-10 what the rows hold', () => {
  const laws = (law: (expected: Oracle, world: World, day: Contributions) => void): void => {
    check(FEW, (day, gate) => {
      const run = atOnce(day, gate);
      const world = worldOf(gate, run);
      const expected = oracle(day, world);
      expect(releasedOf(run).join('\n')).toBe(expectedOf(expected).join('\n'));
      law(expected, world, day);
    });
  };

  it('G-10 every base row has k members and the draw, counted by person; the unlinked count for nothing', () => {
    laws(({ visits, footfall }, world) => {
      const nameOf = (table: string, row: Row): string =>
        [table, row['unit_id'], row['window_kind'], String(Date.parse(String(row['window_start'])))].join(
          '|',
        );
      for (const row of [...visits, ...footfall])
        expect(membersOf(row.holds, world.gate)).toBeGreaterThanOrEqual(
          world.gate.k + drawOf(nameOf(row.table, row.row), world),
        );
    });
  });

  it('G-10 a contribution is in one released row of its table or in none', () => {
    laws(({ visits, footfall }) => {
      for (const rows of [visits, footfall] as const) {
        const held = rows.flatMap(({ holds }) => [...holds]);
        expect(new Set<unknown>(held).size).toBe(held.length);
      }
    });
  });

  it('G-11 G-14 every part has k members, the parts cover their rows, each once for each, and add up to what they published', () => {
    laws(({ visits, dwell, transitions, terminals, demographics }, { gate }) => {
      for (const [breakdowns, least] of [
        [dwell, gate.k],
        [transitions, gate.kBreakdown],
        [terminals, gate.kBreakdown],
        [demographics, gate.kBreakdown],
      ] as const) {
        for (const parts of partsByRow(breakdowns)) {
          const held = new Set(parts[0]?.holds);
          const rows = visits.filter(({ holds }) => holds.some((c) => held.has(c)));
          const visitorWindows = rows.flatMap(({ subjects }) => [...subjects]);
          const inParts = parts.flatMap(({ subjects }) => [...subjects]);
          expect(inParts.toSorted()).toEqual(visitorWindows.toSorted());
          for (const part of parts) {
            const members = part.holds.filter((c) => part.subjects.includes(c.subject));
            expect(membersOf(members, gate)).toBeGreaterThanOrEqual(least);
            expect(Number(part.row['visitors'])).toBeGreaterThanOrEqual(least);
          }
          const whole = rows.reduce((sum, { row }) => sum + Number(row['visitors']), 0);
          expect(parts.reduce((sum, { row }) => sum + Number(row['visitors']), 0)).toBe(whole);
        }
      }
    });
  });

  it('G-11 a breakdown holds released contributions only, each once per dimension', () => {
    laws(({ visits, dwell, transitions, terminals, demographics }) => {
      const released = new Set(visits.flatMap(({ holds }) => [...holds]));
      const of = (rows: Oracle['dwell'], ...names: readonly string[]) =>
        names.map((name) => rows.filter(({ row }) => row['dimension'] === name));
      const dimensions = [
        dwell,
        ...of(transitions, 'place', 'category'),
        ...of(terminals, 'terminal_type', 'os'),
        ...of(demographics, 'age_band', 'gender', 'prefecture'),
      ];
      for (const rows of dimensions) {
        const held = partsByRow(rows).flatMap((parts) => [...(parts[0]?.holds ?? [])]);
        expect(new Set(held).size).toBe(held.length);
        expect(held.filter((c) => !released.has(c))).toEqual([]);
      }
    });
  });

  it('G-11 a breakdown of one released row adds up to the number that the row shows', () => {
    let compared = 0;
    laws(({ visits, dwell }) => {
      for (const parts of partsByRow(dwell)) {
        const held = new Set(parts[0]?.holds);
        const row = visits.find(({ holds }) => holds.length === held.size && holds.every((c) => held.has(c)));
        if (row === undefined) continue;
        compared += 1;
        expect(parts.reduce((sum, part) => sum + Number(part.row['visitors']), 0)).toBe(row.row['visitors']);
      }
    });
    expect(compared).toBeGreaterThan(20);
  });
});

describe('G-10 order', () => {
  /** Each contribution at some time before the first watermark that is not before it became known. */
  const interleaved = (
    day: Contributions,
    gate: GatePolicy,
    marks: readonly number[],
    seed: number,
  ): GateRun => {
    const run = gateRun(gate);
    let waiting = shuffled(everyone(day), seed);
    for (const mark of [...marks, EPOCH_OVER]) {
      const due = waiting.filter((c, i) => c.knownAt <= mark || (i * 7 + seed) % 5 === 0);
      waiting = waiting.filter((c) => !due.includes(c));
      run.accept(...due);
      run.advance(mark);
    }
    return run;
  };

  it('of arrival and moments of the watermark change no row', () => {
    fc.assert(
      fc.property(anyDay, anyGate, anyWatermarks, fc.nat(999), (day, gate, marks, seed) => {
        const other = interleaved(day, gate, marks, seed);
        const run = atOnce(day, gate);
        expect(other.windows.map((one) => JSON.stringify(one))).toEqual(
          run.windows.map((one) => JSON.stringify(one)),
        );
        expect(other.ledger).toEqual(run.ledger);
      }),
      FEW,
    );
  });
});

describe('G-03 a withdrawal', () => {
  const MINUTE = 60_000;

  /** Retracts one subject at a moment; later contributions of the subject do not come any more. */
  const withdrawnRun = (day: Contributions, gate: GatePolicy, who: string, moment: number): GateRun => {
    const run = gateRun(gate);
    const all = everyone(day);
    run.accept(...all.filter((c) => c.knownAt <= moment));
    run.advance(moment);
    for (const region of new Set(all.map((c) => c.region)))
      run.accept({ kind: 'retract', epoch: EPOCH, region, subject: pseudonym(who) });
    run.accept(...all.filter((c) => c.knownAt > moment && c.subject !== who));
    run.finish();
    return run;
  };

  /** When a closing such as `hour@…` is due. */
  const dueAt = (closing: string, gate: GatePolicy): number => {
    const [kind, start] = closing.split('@') as ['hour' | 'daypart' | 'day', string];
    return spanOf(kind, Number(start)).end + (kind === 'day' ? gate.graceDayMs : gate.graceShortMs);
  };

  it('takes the subject out of every window not yet released and out of no other', () => {
    fc.assert(
      fc.property(anyDay, anyGate, fc.nat(26 * 60 - 1), fc.nat(29), (day, gate, minute, nth) => {
        const [who, moment] = [`s${String(nth)}`, EPOCH + minute * MINUTE];
        const run = withdrawnRun(day, gate, who, moment);
        const whole = oracle(day, worldOf(gate, run));
        const out = [...whole.visits, ...whole.footfall].filter(
          ({ closing }) => dueAt(closing, gate) <= moment,
        );
        const stays = new Set<unknown>(out.flatMap(({ holds }) => [...holds]));
        const left = <C extends { readonly subject: string }>(cs: readonly C[]): C[] =>
          cs.filter((c) => c.subject !== who || stays.has(c));
        const expected = oracle(
          { ...day, visits: left(day.visits), footfall: left(day.footfall) },
          worldOf(gate, run),
        );
        const base = ({ visits, footfall }: Oracle): Oracle => ({
          ...expected,
          visits,
          footfall,
          dwell: [],
          transitions: [],
          terminals: [],
          demographics: [],
        });
        expect(releasedOf(run).filter((text) => /^(visits|footfall)/u.test(text))).toEqual(
          expectedOf(base(expected)),
        );
      }),
      FEW,
    );
  });

  it('changes nothing that was released before it, in any table', () => {
    fc.assert(
      fc.property(anyDay, anyGate, fc.nat(26 * 60 - 1), fc.nat(29), (day, gate, minute, nth) => {
        const moment = EPOCH + minute * MINUTE;
        const run = withdrawnRun(day, gate, `s${String(nth)}`, moment);
        const same = atOnce(day, gate);
        const until = (one: GateRun): readonly string[] =>
          one.windows
            .filter(
              ({ windowKind, window }) => dueAt(`${windowKind}@${String(window.start)}`, gate) <= moment,
            )
            .map((window) => JSON.stringify(window));
        expect(until(run)).toEqual(until(same));
      }),
      FEW,
    );
  });

  it('before the first closing leaves the rows of a day on which the subject was away, in every table', () => {
    fc.assert(
      fc.property(anyDay, anyGate, fc.nat(29), (day, gate, nth) => {
        const who = `s${String(nth)}`;
        const run = gateRun(gate);
        run.accept(...everyone(day));
        for (const region of new Set(everyone(day).map((c) => c.region)))
          run.accept({ kind: 'retract', epoch: EPOCH, region, subject: pseudonym(who) });
        run.finish();
        const without = <C extends { readonly subject: string }>(cs: readonly C[]): C[] =>
          cs.filter((c) => c.subject !== who);
        const away = {
          visits: without(day.visits),
          successors: without(day.successors),
          footfall: without(day.footfall),
          traits: without(day.traits),
        };
        expect(releasedOf(run)).toEqual(releasedOf(atOnce(away, gate)));
      }),
      FEW,
    );
  });
});
