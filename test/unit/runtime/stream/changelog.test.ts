import { describe, expect, it } from 'vitest';
import type { Opaque } from '../../../../src/flow/node.ts';
import { eventTime, watermark } from '../../../../src/model/time.ts';
import type { Outgoing } from '../../../../src/ports/log.ts';
import type { StatePart } from '../../../../src/runtime/fold-runner.ts';
import type { ChangelogSettings, Saved, Standing } from '../../../../src/runtime/stream/changelog.ts';
import { Changelog } from '../../../../src/runtime/stream/changelog.ts';
import { EPOCH } from '../../../support/builders.ts';
import { MemoryLog } from '../../../support/stream/memory-log.ts';
import {
  NEXT_EPOCH,
  STATE,
  aHeader,
  aNear,
  aRing,
  aWho,
  changelogOf,
  idOf,
  named,
} from '../../adapters/stream/salted.ts';

const { kind: _kind, sequence: _sequence, ...STANDING } = aHeader();
const NEVER = { snapshotMinBytes: Number.MAX_SAFE_INTEGER, snapshotFactor: 2 };
const ALWAYS = { snapshotMinBytes: 0, snapshotFactor: 0 };
const WHO = aWho('a');

const standingAt = (offset: number): Standing => ({
  ...STANDING,
  positions: [{ ...STATE, topic: 'raw.gps', offset }],
});
const stateOf = (text: string): readonly StatePart[] => [
  {
    node: 'visits',
    salt: named('statistics', EPOCH),
    records: [{ key: 'k', subject: idOf('s'), state: { text } as unknown as Opaque }],
  },
];

/** One task's changelog on a log, commit by commit. */
class Task {
  readonly log: MemoryLog;
  readonly changelog: Changelog;

  constructor(settings: ChangelogSettings, log = new MemoryLog({ 'oboro.state': 4 }), ring = aRing()) {
    this.log = log;
    this.changelog = new Changelog({ codec: changelogOf(ring), place: STATE, log, settings });
  }

  /** The records of a commit with one fix at this time. */
  next(at: number, state = `state at ${at}`): readonly Outgoing[] {
    this.changelog.operations.fix(aNear(WHO, { at: eventTime(at) }));
    this.changelog.operations.advance(watermark(at));
    return this.changelog.next(standingAt(at), () => stateOf(state));
  }

  commit(at: number): void {
    this.log.commit(this.next(at));
  }

  get start(): number {
    return this.log.partition(STATE).start;
  }
}

/** What a new attempt finds: the position, the state it starts from, and the fixes after it. */
const restored = async (task: Task) => {
  const { changelog } = new Task(NEVER, task.log);
  const saved = await changelog.read();
  if (saved === null) return null;
  return { ...found(changelog, saved), changelog, saved };
};

const found = (changelog: Changelog, saved: Saved) => ({
  offset: saved.header.positions[0]?.offset,
  states: [...changelog.partsOf(saved)].flatMap(({ records }) => records.map(({ state }) => state)),
  fixes: [...changelog.operationsOf(saved)].flatMap((one) => (one.kind === 'fix' ? [one.near.at] : [])),
});

describe('restoring', () => {
  it('finds nothing where nothing was saved', async () => {
    expect(await restored(new Task(NEVER))).toBeNull();
  });

  it('from deltas only gives every operation since the beginning', async () => {
    const task = new Task(NEVER);
    for (const at of [1, 2, 3]) task.commit(at);
    expect(await restored(task)).toMatchObject({ offset: 3, states: [], fixes: [1, 2, 3] });
    const after = await restored(task);
    expect(after?.saved.base).toBeNull();
    expect(after?.saved.salts).toEqual([named('statistics', EPOCH)]);
  });

  it('from a snapshot gives the state there and the operations after it', async () => {
    const task = new Task(ALWAYS);
    task.commit(1);
    const next = new Task(NEVER, task.log);
    await next.changelog.read();
    for (const at of [2, 3]) next.commit(at);
    const after = await restored(task);
    expect(after).toMatchObject({ offset: 3, states: [{ text: 'state at 1' }], fixes: [2, 3] });
    expect(after?.saved.base).toMatchObject({ kind: 'snapshot', positions: [{ offset: 1 }] });
  });

  it('takes the newest snapshot, and nothing twice that it holds', async () => {
    const task = new Task(ALWAYS);
    for (const at of [1, 2, 3]) task.commit(at);
    expect(await restored(task)).toMatchObject({ offset: 3, states: [{ text: 'state at 3' }], fixes: [] });
  });

  it('says which salts it needs, of states and of operations', async () => {
    const task = new Task(ALWAYS);
    task.commit(1);
    const next = new Task(NEVER, task.log);
    await next.changelog.read();
    next.changelog.operations.fix(aNear(aWho('a', NEXT_EPOCH)));
    next.log.commit(next.changelog.next(standingAt(2), () => []));
    expect((await restored(task))?.saved.salts).toEqual([
      named('statistics', EPOCH),
      named('statistics', NEXT_EPOCH),
    ]);
  });

  it('G-04 is without what was sealed under a destroyed salt', async () => {
    const task = new Task(ALWAYS);
    task.commit(1);
    const next = new Task(NEVER, task.log);
    await next.changelog.read();
    next.commit(2);
    const ring = aRing();
    ring.markClosed(named('statistics', EPOCH));
    const { changelog } = new Task(NEVER, task.log, ring);
    const saved = await changelog.read();
    expect(saved === null ? null : found(changelog, saved)).toEqual({ offset: 2, states: [], fixes: [] });
  });

  it('goes on with the number of the next commit, so that what follows is newer', async () => {
    const task = new Task(ALWAYS);
    task.commit(1);
    for (const at of [2, 3]) {
      const next = new Task(NEVER, task.log);
      await next.changelog.read();
      next.commit(at);
    }
    expect(await restored(task)).toMatchObject({
      offset: 3,
      states: [{ text: 'state at 1' }],
      fixes: [2, 3],
    });
  });

  it('restores a commit of several values whole', async () => {
    const task = new Task(NEVER);
    for (let at = 0; at < 9_000; at += 1) task.changelog.operations.fix(aNear(WHO, { at: eventTime(at) }));
    task.commit(9_000);
    expect(task.log.partition(STATE).records.length).toBeGreaterThan(1);
    expect((await restored(task))?.fixes).toEqual(Array.from({ length: 9_001 }, (_, i) => i));
  });

  it('fails on what is foreign: STATE_CORRUPT', async () => {
    const task = new Task(NEVER);
    task.commit(1);
    task.log.commit([{ ...STATE, key: null, value: Buffer.from('foreign') }]);
    await expect(restored(task)).rejects.toThrow(expect.objectContaining({ code: 'STATE_CORRUPT' }));
  });
});

describe('a commit', () => {
  it('writes to its own partition, without a key', () => {
    for (const record of new Task(ALWAYS).next(1)) {
      expect(record).toMatchObject({ ...STATE, key: null });
    }
  });

  it('takes the operations along: the next starts with none', async () => {
    const task = new Task(NEVER);
    task.commit(1);
    expect(task.changelog.operations.count).toBe(0);
    task.log.commit(task.changelog.next(standingAt(2), () => []));
    expect((await restored(task))?.fixes).toEqual([1]);
  });

  it('looks at the state only when it is written', () => {
    const { changelog } = new Task(NEVER);
    changelog.next(standingAt(1), () => {
      throw new Error('nobody asked for it');
    });
  });

  it.each([
    { snapshotMinBytes: 2_000, snapshotFactor: 2 },
    { snapshotMinBytes: 0, snapshotFactor: 4 },
  ])('brings the state when the operations outgrow the last one (%j)', async (settings) => {
    const task = new Task(settings);
    const isSnapshot: boolean[] = [];
    for (let at = 1; at < 60; at += 1) {
      const before = task.changelog.bytes;
      task.commit(at);
      isSnapshot.push(task.changelog.bytes < before);
    }
    expect(isSnapshot.filter(Boolean).length).toBeGreaterThan(2);
    expect(isSnapshot.filter((one) => !one).length).toBeGreaterThan(30);
    const after = await restored(task);
    expect(after?.offset).toBe(59);
    const first = Number((after?.states[0] as { text?: string } | undefined)?.text?.split(' ')[2]);
    expect(after?.fixes).toEqual(Array.from({ length: 59 - first }, (_, i) => first + 1 + i));
  });

  it('counts what was read towards the next snapshot', async () => {
    const task = new Task(NEVER);
    for (const at of [1, 2, 3]) task.commit(at);
    const after = await restored(task);
    expect(after?.changelog.bytes).toBe(task.changelog.bytes);
  });

  it('is as large as what a restore reads: the last snapshot and the operations since', async () => {
    const bytesFrom = (log: MemoryLog, first: number): number =>
      log
        .records('oboro.state')
        .filter(({ offset }) => offset >= first)
        .reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    const task = new Task(ALWAYS);
    expect(task.changelog.bytes).toBe(0);
    task.commit(1);
    // The operations of its own commit stand before the snapshot.
    expect(task.changelog.bytes).toBe(bytesFrom(task.log, 1));
    expect(task.changelog.bytes).toBeGreaterThan(0);
    const next = new Task(NEVER, task.log);
    await next.changelog.read();
    expect(next.changelog.bytes).toBe(bytesFrom(task.log, 1));
    for (const at of [2, 3]) next.commit(at);
    expect(next.changelog.bytes).toBe(bytesFrom(task.log, 1));
  });
});

describe('trimming', () => {
  const afterSnapshot = async (): Promise<Task> => {
    const before = new Task(NEVER);
    for (const at of [1, 2, 3]) before.commit(at);
    const task = new Task(ALWAYS, before.log);
    await task.changelog.read();
    return task;
  };

  it('drops only what lies before the snapshot of the last commit', async () => {
    const task = await afterSnapshot();
    task.commit(4);
    await task.changelog.trim();
    expect(task.start).toBeGreaterThan(0);
    expect(await restored(task)).toMatchObject({ offset: 4, states: [{ text: 'state at 4' }], fixes: [] });
  });

  it('does so where the marker of the commit is not there yet', async () => {
    const task = await afterSnapshot();
    task.log.append(task.next(4));
    await task.changelog.trim();
    expect(task.start).toBeGreaterThan(0);
    expect(await restored(task)).toMatchObject({ offset: 4, states: [{ text: 'state at 4' }] });
  });

  it('loses nothing where it reckons wrong by one', async () => {
    const task = await afterSnapshot();
    task.log.partition(STATE).end += 1;
    task.log.append(task.next(4));
    await task.changelog.trim();
    expect(task.start).toBeGreaterThan(0);
    expect(await restored(task)).toMatchObject({ offset: 4, states: [{ text: 'state at 4' }] });
  });

  it('does nothing without a snapshot, and nothing a second time', async () => {
    const task = new Task(NEVER);
    task.commit(1);
    await task.changelog.trim();
    expect(task.start).toBe(0);
    const other = await afterSnapshot();
    other.commit(4);
    await other.changelog.trim();
    const { start } = other;
    await other.changelog.trim();
    expect(other.start).toBe(start);
  });

  it.each([
    ['a little more', 1],
    ['more', 2],
    ['much more', 40],
  ])('drops nothing where %s is on the log than was reckoned with', async (_, surplus) => {
    const task = await afterSnapshot();
    task.log.partition(STATE).end += surplus;
    task.commit(4);
    await task.changelog.trim();
    expect(task.start).toBe(0);
  });

  it('reckons right again after that', async () => {
    const task = await afterSnapshot();
    task.log.partition(STATE).end += 5;
    task.commit(4);
    await task.changelog.trim();
    task.commit(5);
    await task.changelog.trim();
    expect(task.start).toBeGreaterThan(0);
    expect(await restored(task)).toMatchObject({ offset: 5, states: [{ text: 'state at 5' }], fixes: [] });
  });

  it('leaves a state that restores after every one of many commits', async () => {
    const task = new Task({ snapshotMinBytes: 600, snapshotFactor: 1 });
    let dropped = 0;
    for (let at = 1; at <= 30; at += 1) {
      task.commit(at);
      const { start } = task;
      await task.changelog.trim();
      if (task.start > start) dropped += 1;
      const after = await restored(task);
      const text = (after?.states[0] as { text?: string } | undefined)?.text ?? 'state at 0';
      const first = Number(text.split(' ')[2]);
      expect(after?.fixes).toEqual(Array.from({ length: at - first }, (_, i) => first + 1 + i));
    }
    expect(dropped).toBeGreaterThan(3);
  });
});
