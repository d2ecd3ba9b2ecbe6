import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/model/identity.ts';
import type { BySubject, FootfallEntry, VisitEntry } from '../../../src/model/tally.ts';
import { blankEntries, isSomebody, noteEntry, passEntry } from '../../../src/model/tally.ts';
import { aFootfall, aVisit } from '../../support/builders.ts';

const visitOf = (who: string): VisitEntry => {
  const { subject, linked, store, end, dwellMs } = aVisit(who);
  return { subject, linked, store, end, dwellMs };
};
const seenOf = (who: string): FootfallEntry => {
  const { subject, linked, cell } = aFootfall(who);
  return { subject, linked, cell };
};
const indexOf = (entries: readonly (VisitEntry | FootfallEntry)[]): BySubject => {
  const index: BySubject = new Map();
  for (const entry of entries) noteEntry(index, entry);
  return index;
};

describe('G-03 entries of a subject', () => {
  it('are blanked wherever they wait, and nobody else’s are', () => {
    const [a, b, again, seen] = [visitOf('ann'), visitOf('ben'), visitOf('ann'), seenOf('ann')];
    const index = indexOf([a, b, again, seen]);
    const waiting = [a, b, again, seen];
    blankEntries(index, pseudonym('ann'));
    expect(waiting.filter(isSomebody)).toEqual([visitOf('ben')]);
    expect([...index.keys()]).toEqual(['ben']);
  });

  it('G-04 leave nothing of the subject behind, not a place and not a time', () => {
    const [visit, seen] = [visitOf('ann'), seenOf('ann')];
    blankEntries(indexOf([visit, seen]), pseudonym('ann'));
    expect([visit, seen]).toEqual([
      { subject: '', linked: false, store: '', end: 0, dwellMs: 0 },
      { subject: '', linked: false, cell: '' },
    ]);
  });

  it('that were handed on are somebody else’s to blank', () => {
    const [kept, passed] = [visitOf('ann'), visitOf('ann')];
    const index = indexOf([kept, passed]);
    passEntry(index, passed);
    blankEntries(index, pseudonym('ann'));
    expect([kept, passed].map(isSomebody)).toEqual([false, true]);
    passEntry(index, passed);
    expect(index.size).toBe(0);
  });

  it('that come after a withdrawal count anew', () => {
    const [before, after] = [visitOf('ann'), visitOf('ann')];
    const index = indexOf([before]);
    blankEntries(index, pseudonym('ann'));
    noteEntry(index, after);
    expect([before, after].map(isSomebody)).toEqual([false, true]);
  });

  it('stay the same ones through a snapshot', () => {
    const visit = visitOf('ann');
    const { waiting, index } = structuredClone({ waiting: [visit], index: indexOf([visit]) });
    blankEntries(index, pseudonym('ann'));
    expect(waiting.map(isSomebody)).toEqual([false]);
  });
});
