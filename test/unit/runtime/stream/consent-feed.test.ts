import { describe, expect, it } from 'vitest';
import type { RawRight } from '../../../../src/model/raw.ts';
import type { ConsentChange, ConsentSnapshot } from '../../../../src/ports/views.ts';
import { ConsentFeed } from '../../../../src/runtime/stream/consent-feed.ts';
import { landOf } from '../../../../src/topology/parts.ts';
import { sanitizeFlow } from '../../../../src/topology/topology.ts';
import { TOWN, aConsent, aPolicy, anErasure, clock } from '../../../support/builders.ts';

/** Views that write down what they are told. */
class WrittenViews {
  readonly said: string[] = [];
  readonly changes: ConsentChange[] = [];
  readonly snapshots: (Omit<ConsentSnapshot, 'entries'> & { readonly entries: readonly unknown[] })[] = [];

  open(partition: number, position: number): void {
    this.said.push(`open ${partition} at ${position}`);
  }

  publish(change: ConsentChange): void {
    this.said.push(`publish ${change.partition} at ${change.position}`);
    this.changes.push(change);
  }

  rebuild({ partition, position, entries }: ConsentSnapshot): void {
    this.said.push(`rebuild ${partition} at ${position}`);
    this.snapshots.push({ partition, position, entries: [...entries] });
  }

  close(partition: number): void {
    this.said.push(`close ${partition}`);
  }
}

const aFeed = ({ hasViews = true }: { hasViews?: boolean } = {}) => {
  const land = landOf({ policy: aPolicy(), stores: TOWN });
  const options = { deploymentKey: Buffer.alloc(32, 7), wallBound: clock('00:00', 60) };
  const flow = sanitizeFlow({ ...land, keyOf: () => null }, options);
  const views = new WrittenViews();
  const feed = new ConsentFeed({ views: hasViews ? views : null, partition: 3, flow });
  /** As a task does it: first the book, then the feed. */
  const take = (...rights: readonly RawRight[]): void => {
    for (const right of rights) flow.right(right);
    feed.note(rights);
  };
  return { feed, views, flow, take };
};

const [ann, ben] = [{ member: 'ann' }, { member: 'ben' }];

describe('the feed of the consent views', () => {
  it('opens with the whole view, at the position up to which it was read', () => {
    const { feed, views, flow } = aFeed();
    for (const person of [ann, ben]) flow.right(aConsent(person));
    feed.open(12);
    expect(views.said).toEqual(['open 3 at 12', 'rebuild 3 at 12']);
    expect(views.snapshots[0]?.entries).toHaveLength(2);
  });

  it('tells what a commit changed only after the commit', () => {
    const { feed, views, take } = aFeed();
    feed.open(0);
    take(aConsent(ann));
    expect(views.changes).toEqual([]);
    const tell = feed.take(1);
    expect(views.changes).toEqual([]);
    tell();
    expect(views.changes).toMatchObject([
      { partition: 3, position: 1, entries: [{ consent: { policyVersion: 1 } }] },
    ]);
  });

  it('tells nothing of a commit that failed', () => {
    const { feed, views, take } = aFeed();
    feed.open(0);
    take(aConsent(ann));
    feed.take(1);
    expect(views.changes).toEqual([]);
  });

  it('tells each change once, with the commit that it was of', () => {
    const { feed, views, take } = aFeed();
    feed.open(0);
    take(aConsent(ann));
    const first = feed.take(1);
    take(aConsent(ben));
    const second = feed.take(2);
    first();
    second();
    feed.take(3)();
    expect(views.said.slice(2)).toEqual(['publish 3 at 1', 'publish 3 at 2']);
    expect(views.changes.map(({ entries }) => entries.length)).toEqual([1, 1]);
    expect(views.changes[0]?.entries[0]?.subject).not.toBe(views.changes[1]?.entries[0]?.subject);
  });

  it('G-04 an erased subject is null: nothing is kept of it', () => {
    const { feed, views, take } = aFeed();
    feed.open(0);
    take(aConsent(ann), anErasure(ann));
    feed.take(2)();
    const subjects = new Set(views.changes[0]?.entries.map(({ subject }) => subject));
    expect(subjects.size).toBe(1);
    expect(views.changes[0]?.entries.map(({ consent }) => consent)).toEqual([null, null]);
    feed.rebuild();
    expect(views.snapshots.at(-1)?.entries).toEqual([{ subject: [...subjects][0], consent: null }]);
  });

  it('G-04 one who was erased and chose again is there again', () => {
    const { feed, views, take } = aFeed();
    feed.open(0);
    take(anErasure({ ...ann, at: clock('12:00') }));
    take(aConsent({ ...ann, at: clock('12:01') }));
    feed.take(2)();
    expect(views.changes[0]?.entries.at(-1)?.consent).toMatchObject({ at: clock('12:01') });
  });

  it('G-04 a choice from before the erasure that comes after it brings nobody back', () => {
    const { feed, views, take } = aFeed();
    feed.open(0);
    take(anErasure({ ...ann, at: clock('12:00') }));
    take(aConsent({ ...ann, at: clock('11:59') }));
    feed.take(2)();
    expect(views.changes[0]?.entries.at(-1)?.consent).toBeNull();
  });

  it('G-15 names nobody', () => {
    const { feed, views, take } = aFeed();
    feed.open(0);
    take(aConsent(ann));
    feed.take(1)();
    expect(JSON.stringify(views.changes)).not.toContain('ann');
    expect(views.changes[0]?.entries[0]?.subject).toMatch(/^[0-9a-f]{32}$/u);
  });

  it('rebuilds at the position that was last told', () => {
    const { feed, views, take } = aFeed();
    feed.open(5);
    take(aConsent(ann));
    const tell = feed.take(6);
    feed.rebuild();
    tell();
    feed.rebuild();
    expect(views.snapshots.map(({ position }) => position)).toEqual([5, 5, 6]);
  });

  it('lets go of its partition', () => {
    const { feed, views } = aFeed();
    feed.close();
    expect(views.said).toEqual(['close 3']);
  });

  it('does without views', () => {
    const { feed, take } = aFeed({ hasViews: false });
    feed.open(0);
    take(aConsent(ann));
    feed.take(1)();
    feed.rebuild();
    feed.close();
  });
});
