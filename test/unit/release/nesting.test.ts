import { describe, expect, it } from 'vitest';
import type { BySubject, VisitEntry } from '../../../src/model/tally.ts';
import { blankEntries, noteEntry } from '../../../src/model/tally.ts';
import { notePart, nothingParted, wouldSetApart } from '../../../src/release/nesting.ts';
import { aPolicy, aVisit } from '../../support/builders.ts';

const { gate } = aPolicy({ gate: { k: 10 } });
const crowd: readonly VisitEntry[] = Array.from({ length: 200 }, (_, i) => aVisit(`p${String(i)}`));
const from = (start: number, end: number): readonly VisitEntry[] => crowd.slice(start, end);

type Cuts = readonly (readonly [start: number, end: number])[];

/** Parts as ranges of one crowd: those of a breakdown released before, and those of a new one. */
const verdict = (before: Cuts, next: Cuts, more: Cuts = []): boolean => {
  const parted = nothingParted();
  const partsOf = (cuts: Cuts) => cuts.map(([start, end]) => from(start, end));
  notePart(parted, 'transitions.place', partsOf(before));
  if (more.length > 0) notePart(parted, 'dwell', partsOf(more));
  return wouldSetApart(parted, partsOf(next), gate);
};

describe('G-11 a breakdown laid beside another of the same people', () => {
  it.each<[string, Cuts, Cuts, boolean]>([
    [
      'with the same parts tells nothing new',
      [
        [0, 50],
        [50, 100],
      ],
      [
        [0, 50],
        [50, 100],
      ],
      false,
    ],
    [
      'with a part inside and nine between is refused',
      [
        [0, 50],
        [50, 100],
      ],
      [
        [0, 41],
        [41, 100],
      ],
      true,
    ],
    [
      'with a part inside and ten between is not',
      [
        [0, 50],
        [50, 100],
      ],
      [
        [0, 40],
        [40, 100],
      ],
      false,
    ],
    [
      'with a part around and nine between is refused',
      [
        [0, 50],
        [50, 100],
      ],
      [
        [0, 59],
        [59, 100],
      ],
      true,
    ],
    [
      'that only crosses is not',
      [
        [0, 50],
        [50, 100],
      ],
      [
        [5, 55],
        [55, 105],
      ],
      false,
    ],
    [
      'is refused for two of its parts together',
      [
        [0, 55],
        [55, 100],
      ],
      [
        [0, 25],
        [25, 50],
        [50, 100],
      ],
      true,
    ],
    [
      'is refused for a part that two released ones nearly fill',
      [
        [0, 25],
        [25, 50],
        [50, 100],
      ],
      [
        [0, 55],
        [55, 100],
      ],
      true,
    ],
    [
      'of other people has nothing to do with it',
      [
        [0, 50],
        [50, 100],
      ],
      [
        [100, 145],
        [145, 200],
      ],
      false,
    ],
    [
      'of some of them is refused where a released part lies within, with few left',
      [
        [0, 95],
        [100, 150],
      ],
      [
        [0, 50],
        [50, 100],
      ],
      true,
    ],
  ])('%s', (_, before, next, refused) => {
    expect(verdict(before, next)).toBe(refused);
  });

  it('is laid beside each of the others by itself', () => {
    expect(
      verdict(
        [
          [0, 50],
          [50, 100],
        ],
        [
          [0, 70],
          [70, 100],
        ],
        [
          [0, 65],
          [65, 100],
        ],
      ),
    ).toBe(true);
  });

  it('counts members, not people', () => {
    const linked = from(0, 40);
    const others = from(40, 60).map((entry) => ({ ...entry, linked: false }));
    const parted = nothingParted();
    notePart(parted, 'dwell', [linked, [...others, ...from(60, 100)]]);
    expect(wouldSetApart(parted, [[...linked, ...others], from(60, 100)], gate)).toBe(true);
  });

  it('does not count who has withdrawn since: what was released with them was released', () => {
    const people = from(0, 100).map((entry) => ({ ...entry }));
    const parted = nothingParted();
    notePart(parted, 'dwell', [people.slice(0, 50), people.slice(50)]);
    const index: BySubject = new Map();
    const [leaver] = people;
    if (leaver !== undefined) noteEntry(index, leaver);
    blankEntries(index, aVisit('p0').subject);
    expect(wouldSetApart(parted, [people.slice(1, 50), people.slice(50)], gate)).toBe(false);
  });

  it('of many parts is tried by ones, twos, all but one, and all', () => {
    const parted = nothingParted();
    const tens = Array.from({ length: 10 }, (_, i) => from(i * 20, i * 20 + 20));
    notePart(parted, 'dwell', [from(0, 45), from(45, 200)]);
    expect(wouldSetApart(parted, tens, gate)).toBe(true);
    const even = nothingParted();
    notePart(even, 'dwell', [from(0, 40), from(40, 200)]);
    expect(wouldSetApart(even, tens, gate)).toBe(false);
  });
});
