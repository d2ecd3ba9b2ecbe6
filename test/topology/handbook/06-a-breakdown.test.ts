/**
 * Chapter 6: a breakdown.
 *
 * A released row may be split: how long did they stay, where did they go next? Every part needs its own k, the parts
 * cover all of the row, and they add up to the row's number. What would single somebody out merges with its neighbour.
 */
import { describe, expect, it } from 'vitest';
import { aSmallPolicy, aStay, clock, eventTimeAfter, inOrder, people } from '../../support/builders.ts';
import { drive } from '../../support/drive.ts';

const guests = people(14);

/** Everybody comes at noon; the nth stays so many minutes, and may go on to another store. */
const lunch = async (minutesOf: (n: number) => number, nextOf: (n: number) => string | null = () => null) => {
  const run = await drive({ policy: aSmallPolicy({ rounding: 1 }) });
  run.consents(guests);
  const stays = guests.flatMap((guest, n) => {
    const to = eventTimeAfter(clock('12:00'), minutesOf(n));
    const next = nextOf(n);
    const here = aStay({ ...guest, store: 'bakery', from: clock('12:00'), to, everyMs: 60_000 });
    if (next === null) return here;
    const from = eventTimeAfter(to, 12);
    return [...here, ...aStay({ ...guest, store: next, from, to: eventTimeAfter(from, 8) })];
  });
  await run.events(inOrder(stays));
  await run.finish();
  const bins = run
    .released('dwell')
    .filter(({ window_kind, unit_id }) => window_kind === 'hour' && unit_id === 'bakery')
    .map(
      (row) =>
        `${String(row.bin_from_s / 60)}–${row.bin_to_s === null ? '' : String(row.bin_to_s / 60)}: ${String(row.visitors)}`,
    );
  const flows = run
    .released('transitions')
    .filter(
      ({ window_kind, unit_id, dimension }) =>
        window_kind === 'hour' && unit_id === 'bakery' && dimension === 'category',
    )
    .map((row) => `${row.to_id}: ${String(row.visitors)}`);
  return { run, bins, flows };
};

describe('G-11 how long they stayed', () => {
  it('is told in bins of at least k that add up', async () => {
    const { bins } = await lunch((n) => (n < 7 ? 7 : 30));
    expect(bins).toEqual(['3–10: 7', '10–: 7']);
  });

  it('merges a bin that is short of k into the next', async () => {
    // Five short stays, two of a quarter of an hour, seven of half an hour.
    const { bins } = await lunch((n) => (n < 5 ? 7 : n < 7 ? 15 : 30));
    expect(bins).toEqual(['3–10: 5', '10–: 9']);
  });

  it('is not told at all when nearly everybody did the same', async () => {
    expect((await lunch(() => 30)).bins).toEqual([]);
  });
});

describe('G-11 where they went next', () => {
  it('is told by category, with those who went nowhere under elsewhere; never by store', async () => {
    const { flows, run } = await lunch(
      () => 20,
      (n) => (n < 7 ? 'cinema' : null),
    );
    expect(flows).toEqual(['leisure: 7', 'elsewhere: 7']);
    expect(run.released('transitions').every(({ to_id }) => to_id !== 'cinema')).toBe(true);
  });

  it('is told when the day closes, for every hour at once: the moment depends on nobody', async () => {
    const { run } = await lunch(
      () => 20,
      (n) => (n < 7 ? 'cinema' : null),
    );
    const closings = run.windows
      .filter(({ table }) => table === 'transitions')
      .map(({ windowKind }) => windowKind);
    expect(closings).toEqual(['day']);
  });

  it('hides a destination that too few went to', async () => {
    const { flows } = await lunch(
      () => 20,
      (n) => (n < 7 ? 'cinema' : n < 9 ? 'hatter' : null),
    );
    expect(flows).toEqual(['leisure: 7', 'elsewhere: 7']);
  });
});
