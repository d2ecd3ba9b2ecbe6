import { describe, expect, it } from 'vitest';
import type { Contribution, Retraction } from '../../../src/model/contribution.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import type { ClosedWindow, GateInput } from '../../../src/model/tally.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, eventTime, watermark } from '../../../src/model/time.ts';
import type { TallyState } from '../../../src/aggregate/tally.ts';
import { tallyFold } from '../../../src/aggregate/tally.ts';
import { calendarOf } from '../../../src/topology/parts.ts';
import { EPOCH, aFootfall, aPolicy, aSuccessor, aVisit, clock } from '../../support/builders.ts';

const policy = aPolicy();
const env = { calendar: calendarOf(policy), grace: policy.gate };
const NOTHING: readonly string[] = [];

/** A tally that is driven by hand; `out` is all it handed over. */
class Tally {
  state: TallyState | null = tallyFold.empty(String(EPOCH));
  readonly out: GateInput[] = [];
  readonly dropped: string[] = [];
  #now = watermark(EPOCH - DAY_MS);

  give(...inputs: readonly (Contribution | Retraction)[]): void {
    for (const input of inputs) {
      this.#take(tallyFold.onEvent(this.state ?? tallyFold.empty(String(EPOCH)), input, this.#now, env));
    }
  }

  advance(to: number): readonly ClosedWindow[] {
    this.#now = watermark(to);
    const before = this.out.length;
    if (this.state !== null) this.#take(tallyFold.onWatermark(this.state, this.#now, env));
    return this.out.slice(before).filter((one) => one.kind === 'closed');
  }

  #take({ state, emit, dropped }: ReturnType<typeof tallyFold.onEvent>): void {
    this.state = state;
    this.out.push(...emit);
    this.dropped.push(...dropped);
  }
}

/** The windows that hold anything, as `kind start visits footfall`. */
const full = (windows: readonly GateInput[]): readonly string[] =>
  windows
    .filter((one) => one.kind === 'closed')
    .filter(({ visits, footfall }) => visits.length + footfall.length > 0)
    .map(({ windowKind, window, visits, footfall }) => {
      const at = env.calendar.zone.iso(window.start).slice(11, 16);
      return `${windowKind} ${at} ${String(visits.length)} ${String(footfall.length)}`;
    });

const enters = (contribution: Contribution): readonly string[] => {
  const tally = new Tally();
  tally.give(contribution);
  return [...full(tally.advance(EPOCH + 2 * DAY_MS)), ...tally.dropped];
};

describe('G-10 the rung that a visit enters', () => {
  const end = clock('12:20');
  it.each<[string, number, readonly string[]]>([
    ['known at once', end, ['hour 12:00 1 0']],
    ['known just before the hour closes', clock('13:30') - 1, ['hour 12:00 1 0']],
    ['known when the hour closes', clock('13:30'), ['daypart 10:00 1 0']],
    ['known just before the daypart closes', clock('14:30') - 1, ['daypart 10:00 1 0']],
    ['known when the daypart closes', clock('14:30'), ['day 04:00 1 0']],
    ['known just before the day closes', clock('06:00', 1) - 1, ['day 04:00 1 0']],
    ['known when the day closes', clock('06:00', 1), ['no_rung']],
  ])('%s', (_, knownAt, expected) => {
    expect(enters(aVisit('a', { end, knownAt: eventTime(knownAt) }))).toEqual(expected);
  });

  it.each<[string, string, readonly string[]]>([
    ['an hour begins with its first millisecond', '13:00', ['hour 13:00 1 0']],
    ['and ends before the next', '12:59:59', ['hour 12:00 1 0']],
    ['the first hour of the day', '04:00', ['hour 04:00 1 0']],
  ])('%s', (_, time, expected) => {
    expect(enters(aVisit('a', { end: clock(time) }))).toEqual(expected);
  });

  it('the last hour of the day', () => {
    expect(enters(aVisit('a', { end: clock('03:59:59', 1) }))).toEqual(['hour 03:00 1 0']);
  });

  it('is the finest one open at the watermark, when it arrives after it was due', () => {
    const tally = new Tally();
    tally.advance(clock('13:30'));
    tally.give(aVisit('a', { end }));
    tally.advance(clock('14:30'));
    tally.give(aVisit('b', { end }));
    expect(full(tally.advance(EPOCH + 2 * DAY_MS))).toEqual(['day 04:00 1 0']);
    expect(full(tally.out)).toEqual(['daypart 10:00 1 0', 'day 04:00 1 0']);
  });
});

describe('G-10 the rung that footfall enters', () => {
  it.each<[string, string, number, readonly string[]]>([
    ['its daypart', '10:00', clock('12:00'), ['daypart 10:00 0 1']],
    ['the day, when known after the daypart closed', '10:00', clock('14:30'), ['day 04:00 0 1']],
    ['none, when known after the day closed', '10:00', clock('06:00', 1), ['no_rung']],
    ['the night', '22:00', clock('23:00'), ['daypart 22:00 0 1']],
  ])('%s', (_, start, knownAt, expected) => {
    expect(enters(aFootfall('a', { windowStart: clock(start), knownAt: eventTime(knownAt) }))).toEqual(
      expected,
    );
  });
});

describe('closing', () => {
  it('hands every window of the epoch over once, in order of time, fine before coarse', () => {
    const tally = new Tally();
    const windows = tally.advance(EPOCH + 2 * DAY_MS);
    const due = windows.map(
      ({ windowKind, window }) => window.end + (windowKind === 'day' ? 2 * HOUR_MS : 30 * MINUTE_MS),
    );
    expect(windows).toHaveLength(24 + 5 + 1);
    expect(due).toEqual([...due].sort((a, b) => a - b));
    expect(windows.at(-1)?.windowKind).toBe('day');
    expect(tally.state).toBeNull();
  });

  it('closes at end plus grace and not a millisecond before', () => {
    const tally = new Tally();
    expect(tally.advance(clock('05:30') - 1)).toEqual([]);
    expect(tally.advance(clock('05:30'))).toHaveLength(1);
    expect(tally.advance(clock('05:30'))).toEqual([]);
  });

  it('wakes at the next closing', () => {
    const tally = new Tally();
    const wake = () => (tally.state === null ? null : tallyFold.wakesAt(tally.state, env));
    expect(wake()).toBe(clock('05:30'));
    tally.advance(clock('05:30'));
    expect(wake()).toBe(clock('06:30'));
    tally.advance(clock('05:59', 1));
    expect(wake()).toBe(clock('06:00', 1));
  });

  it('hands the contributions themselves over, without when they became known', () => {
    const tally = new Tally();
    tally.give(aVisit('a'));
    const [window] = tally.advance(clock('13:30')).filter(({ visits }) => visits.length > 0);
    expect(window?.visits).toEqual([
      { subject: 'a', linked: true, store: 'bakery', end: clock('12:20'), dwellMs: 15 * MINUTE_MS },
    ]);
  });

  it('keeps nothing of a window that was handed over', () => {
    const tally = new Tally();
    tally.give(aVisit('a'), aFootfall('a'));
    tally.advance(clock('14:30'));
    expect([tally.state?.visits.size, tally.state?.footfall.size]).toEqual([0, 0]);
  });
});

describe('G-03 a retraction', () => {
  const retraction: Retraction = {
    kind: 'retract',
    epoch: EPOCH,
    region: aVisit('a').region,
    subject: pseudonym('a'),
  };

  it('takes the subject out of all windows that wait and goes on to the gate', () => {
    const tally = new Tally();
    tally.give(
      aVisit('a'),
      aVisit('b'),
      aVisit('a', { store: 'cinema', end: clock('20:00') }),
      aFootfall('a'),
      retraction,
    );
    expect(full(tally.advance(EPOCH + 2 * DAY_MS))).toEqual(['hour 12:00 1 0']);
    expect(tally.out.filter(({ kind }) => kind === 'retract')).toEqual([retraction]);
  });

  it('G-04 leaves nothing of the subject in the state', () => {
    const tally = new Tally();
    tally.give(aVisit('a', { subject: pseudonym('canary') }), {
      ...retraction,
      subject: pseudonym('canary'),
    });
    expect(JSON.stringify([...(tally.state?.visits ?? [])])).not.toContain('canary');
  });
});

describe('what only passes through', () => {
  it('successors go on at once', () => {
    const tally = new Tally();
    const successor = aSuccessor(aVisit('a'), 'hatter');
    tally.give(successor);
    expect(tally.out).toEqual([successor]);
    expect(tally.dropped).toEqual(NOTHING);
  });
});

describe('G-12 after its last closing an epoch stays closed', () => {
  it.each<[string, Contribution | Retraction, readonly string[]]>([
    ['a contribution', aVisit('a'), ['no_rung']],
    ['footfall', aFootfall('a'), ['no_rung']],
    [
      'a retraction',
      { kind: 'retract', epoch: EPOCH, region: aVisit('a').region, subject: pseudonym('a') },
      NOTHING,
    ],
  ])('%s that comes after it opens nothing', (_, message, dropped) => {
    const tally = new Tally();
    tally.advance(clock('06:00', 1));
    tally.give(message);
    const again = tally.advance(clock('07:00', 1));
    expect(again.length).toBe(0);
    expect(tally.state).toBeNull();
    expect(tally.dropped).toEqual(dropped);
  });
});
