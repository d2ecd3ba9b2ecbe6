import { describe, expect, it } from 'vitest';
import type { ReleaseEntry } from '../../../../src/model/ledger.ts';
import type { ReleasedWindow } from '../../../../src/ports/views.ts';
import { ReleaseFeed } from '../../../../src/runtime/stream/release-feed.ts';

interface Told {
  readonly partition: number;
  readonly windows: readonly ReleasedWindow[];
}

const aFeed = () => {
  const told: Told[] = [];
  const views = {
    publish: (partition: number, windows: readonly ReleasedWindow[]) =>
      void told.push({ partition, windows }),
  };
  return { told, feed: new ReleaseFeed({ views, partition: 3 }) };
};

const entry = (
  table: ReleaseEntry['table'],
  windowEndMs: number,
  windowKind: ReleaseEntry['windowKind'] = 'hour',
): ReleaseEntry => ({
  ...{
    type: 'release',
    table,
    windowKind,
    windowEndMs,
    epochStartMs: 0,
    windowStartMs: 0,
    date: '2026-03-02',
  },
  ...{ rows: 17, keys: [], digest: 'canary' },
});

describe('the feed of released windows', () => {
  it('tells what a commit released only after the commit', () => {
    const { feed, told } = aFeed();
    feed.note(entry('visits', 10));
    const tell = feed.take();
    expect(told).toEqual([]);
    tell();
    expect(told).toEqual([
      { partition: 3, windows: [{ table: 'visits', windowKind: 'hour', windowEndMs: 10 }] },
    ]);
  });

  it('tells nothing of a commit that failed', () => {
    const { feed, told } = aFeed();
    feed.note(entry('visits', 10));
    feed.take();
    feed.take()();
    expect(told).toEqual([]);
  });

  it('tells nothing of a commit that released nothing', () => {
    const { feed, told } = aFeed();
    feed.take()();
    expect(told).toEqual([]);
  });

  it.each([
    ['in order', [10, 20, 30]],
    ['out of order', [30, 10, 20]],
  ])('tells the newest window of each table and kind alone: %s', (_, ends) => {
    const { feed, told } = aFeed();
    for (const end of ends) feed.note(entry('visits', end));
    feed.note(entry('visits', 5, 'day'));
    feed.note(entry('dwell', 15));
    feed.take()();
    expect(told[0]?.windows).toEqual([
      { table: 'visits', windowKind: 'hour', windowEndMs: 30 },
      { table: 'visits', windowKind: 'day', windowEndMs: 5 },
      { table: 'dwell', windowKind: 'hour', windowEndMs: 15 },
    ]);
  });

  it('tells each commit what was released in it', () => {
    const { feed, told } = aFeed();
    feed.note(entry('visits', 10));
    const first = feed.take();
    feed.note(entry('visits', 20));
    const second = feed.take();
    first();
    second();
    expect(told.map(({ windows }) => windows[0]?.windowEndMs)).toEqual([10, 20]);
  });

  it('G-15 tells nothing of the rows of a window', () => {
    const { feed, told } = aFeed();
    feed.note(entry('visits', 10));
    feed.take()();
    expect(told.flatMap(({ windows }) => windows.flatMap((window) => Object.keys(window)))).toEqual([
      'table',
      'windowKind',
      'windowEndMs',
    ]);
  });

  it('does without views', () => {
    const feed = new ReleaseFeed({ views: null, partition: 3 });
    feed.note(entry('visits', 10));
    feed.take()();
  });
});
