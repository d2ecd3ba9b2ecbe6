import { describe, expect, it } from 'vitest';
import { TaskRunner } from '../../../../src/runtime/stream/task-runner.ts';
import { noJournal, noTelemetry } from '../../../support/stream/stream.ts';
import { aBatch } from './batches.ts';
import type { Script } from './scripted-task.ts';
import { HandClock, HandReader, Scripted, fault, settle } from './scripted-task.ts';

const INTERVAL = 1_000;
/** Longer than any pause between two attempts. */
const PAUSE = 5_000;

const run = async (script: Script = {}) => {
  const world = new Scripted(script);
  const [clock, reader] = [new HandClock(), new HandReader()];
  const failures: unknown[] = [];
  const runner = new TaskRunner({
    ...{ role: 'sanitize', partition: 2, first: [], make: world.make, reader, clock },
    ...{ telemetry: noTelemetry, journal: noJournal, failed: (cause) => failures.push(cause) },
    settings: { commitIntervalMs: INTERVAL, commitRecords: 100, commitBytes: 100_000, inboxBytes: 1_000 },
  });
  runner.start();
  await settle();
  const give = async (from: number, count = 1): Promise<void> => {
    runner.batch(aBatch('raw.gps', { from, count }));
    await settle();
  };
  return { world, clock, reader, runner, failures, give };
};

describe('a runner', () => {
  it('takes over, goes on where the task says, takes what comes and commits on time', async () => {
    const { world, clock, reader, runner, give } = await run();
    expect(world.heard()).toEqual(['1 takes over']);
    expect(reader.said).toEqual(['raw.gps-2 from 0']);
    expect(runner.state).toBe('running');
    await give(0, 3);
    await give(3);
    expect(world.heard()).toEqual(['1 takes 0,1,2', '1 takes 3']);
    await clock.pass(INTERVAL);
    expect(world.heard()).toEqual(['1 commits up to 4']);
    await clock.pass(5 * INTERVAL);
    expect(world.heard()).toEqual([]);
  });

  it('commits early when much waits, or somebody waits for it', async () => {
    const { world, give } = await run();
    await give(0, 99);
    expect(world.heard()).toEqual(['1 takes over', expect.stringContaining('takes')]);
    await give(99);
    expect(world.heard()).toEqual(['1 takes 99', '1 commits up to 100']);
    world.urgent = true;
    await give(100);
    expect(world.heard()).toEqual(['1 takes 100', '1 commits up to 101']);
  });

  it('takes batches while a commit is under way, but commits one after the other', async () => {
    const { world, clock, give } = await run({ commit: ['wait'] });
    await give(0);
    await clock.pass(INTERVAL);
    await give(1);
    expect(world.heard()).toEqual(['1 takes over', '1 takes 0', '1 commits up to 1', '1 takes 1']);
    await clock.pass(INTERVAL);
    expect(world.heard()).toEqual([]);
    await world.attempts[0]?.end();
    expect(world.heard()).toEqual(['1 commits up to 2']);
    expect(world.committed).toBe(2);
  });

  it('lets wall time do its work when nothing comes', async () => {
    const { world, clock } = await run();
    const { turns } = world;
    await clock.pass(INTERVAL);
    expect(world.turns).toBeGreaterThan(turns);
  });

  it('holds a full input back until its batches are taken', async () => {
    const { reader, runner } = await run();
    for (const from of [0, 10, 20]) runner.batch(aBatch('raw.gps', { from, count: 10 }));
    expect(reader.said.slice(1)).toEqual(['pause raw.gps-2']);
    await settle();
    expect(reader.said.slice(1)).toEqual(['pause raw.gps-2', 'resume raw.gps-2']);
  });

  it('tells the group now and then how far it is; that this fails is nobody’s', async () => {
    const { reader, runner, failures, give, clock } = await run();
    reader.noteFails = true;
    await give(0);
    await clock.pass(INTERVAL);
    await give(1);
    await clock.pass(INTERVAL);
    expect(reader.said.filter((text) => text.startsWith('note'))).toEqual(['note 1']);
    await give(2);
    await clock.pass(6 * INTERVAL);
    expect(reader.said.filter((text) => text.startsWith('note'))).toEqual(['note 1', 'note 3']);
    expect([runner.state, failures]).toEqual(['running', []]);
  });
});

describe('G-12 rule R: at the first doubt everything is dropped and taken over again', () => {
  it.each(['TXN_UNKNOWN', 'FENCED', 'KAFKA_AWAY', 'TASK_LOST'] as const)(
    'a commit that fails with %s ends the attempt; the next goes on where the log stands',
    async (code) => {
      const { world, clock, reader, give } = await run({ commit: [null, code] });
      await give(0, 2);
      await clock.pass(INTERVAL);
      await give(2, 3);
      world.heard();
      await clock.pass(INTERVAL);
      expect(world.heard()).toEqual(['1 commits up to 5', '1 is closed']);
      await clock.pass(PAUSE);
      expect(world.heard()).toEqual(['2 takes over']);
      expect(reader.said.at(-1)).toBe('raw.gps-2 from 2');
    },
  );

  it('nothing that waited is taken by the next attempt, nor anything that comes before it is ready', async () => {
    const { world, clock, give } = await run({ commit: ['wait'], takeOver: [null, 'wait'] });
    await give(0);
    await clock.pass(INTERVAL);
    world.heard();
    await world.attempts[0]?.end(fault('TXN_UNKNOWN'));
    await give(1);
    expect(world.heard()).toEqual(['1 is closed']);
    await clock.pass(PAUSE);
    await give(2);
    expect(world.heard()).toEqual(['2 takes over']);
    await world.attempts[1]?.end();
    expect(world.heard()).toEqual([]);
    await give(0);
    expect(world.heard()).toEqual(['2 takes 0']);
  });

  it('a take that fails ends the attempt, and so does a take-over', async () => {
    const { world, clock, give } = await run({
      take: ['KAFKA_AWAY'],
      takeOver: [null, 'KAFKA_AWAY', 'FENCED'],
    });
    await give(0);
    for (let i = 0; i < 3; i += 1) await clock.pass(PAUSE);
    expect(world.heard()).toEqual([
      ...['1 takes over', '1 is closed', '2 takes over', '2 is closed'],
      ...['3 takes over', '3 is closed', '4 takes over'],
    ]);
  });

  it('what becomes of a transaction of an attempt that is over changes nothing for the next', async () => {
    const { world, clock, runner, give } = await run({ commit: ['wait'], take: [null, 'KAFKA_AWAY'] });
    await give(0);
    await clock.pass(INTERVAL);
    await give(1);
    await clock.pass(PAUSE);
    expect(world.heard().slice(-2)).toEqual(['1 is closed', '2 takes over']);
    await world.attempts[0]?.end(fault('TXN_UNKNOWN'));
    await give(0, 2);
    await clock.pass(INTERVAL);
    expect(world.heard()).toEqual(['2 takes 0,1', '2 commits up to 2']);
    expect(runner.state).toBe('running');
  });

  it.each([
    'STATE_CORRUPT',
    'LEDGER_BROKEN',
    'LEDGER_TWICE',
    'VAULT_COMMITMENT',
    'POSITION_LOST',
    'BUG',
  ] as const)('what no take-over can mend is told and ends it: %s', async (code) => {
    const { world, clock, runner, failures, give } = await run({ take: [code] });
    await give(0);
    await clock.pass(PAUSE);
    expect(world.heard()).toEqual(['1 takes over', '1 is closed']);
    expect(failures).toEqual([expect.objectContaining({ code })]);
    expect(runner.state).toBe('stopped');
  });

  it('waits longer from attempt to attempt, and not for ever', async () => {
    const { world, clock } = await run({ takeOver: Array.from({ length: 20 }, () => 'KAFKA_AWAY' as const) });
    const waited: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const before = world.attempts.length;
      let ms = 0;
      for (; world.attempts.length === before; ms += 100) await clock.pass(100);
      waited.push(ms);
    }
    expect(waited).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  });
});

describe('fenced again and again', () => {
  /** Attempts that are all fenced at their first commit; `idle` lets empty commits fall due before it. */
  const fencedAlways = async (idle: number) => {
    const found = await run({ commit: Array.from({ length: 30 }, () => 'FENCED' as const) });
    const { clock, give } = found;
    for (let i = 0; i < 12; i += 1) {
      await clock.pass(idle);
      await give(0);
      await clock.pass(INTERVAL);
      await clock.pass(PAUSE);
    }
    return found;
  };

  it.each([
    ['at once', 0],
    ['after a time without anything to do', 3 * INTERVAL],
  ])('without a commit in between: two deployments share one name (%s)', async (_, idle) => {
    const { world, failures, runner } = await fencedAlways(idle);
    expect(failures).toEqual([expect.objectContaining({ code: 'FENCED' })]);
    expect(world.attempts).toHaveLength(8);
    expect(runner.state).toBe('stopped');
  });

  const inTurn = async (betweenMs: number) => {
    const commit = Array.from({ length: 40 }, (_, i) => (i % 3 === 2 ? null : ('FENCED' as const)));
    const { clock, give, failures, world } = await run({ commit });
    for (let i = 0; i < 30; i += 1) {
      await give(world.committed);
      await clock.pass(INTERVAL);
      await clock.pass(PAUSE);
      await clock.pass(betweenMs);
    }
    return { failures, attempts: world.attempts.length };
  };

  it('with commits in between, as two deployments do that fence each other in turn', async () => {
    const { failures } = await inTurn(0);
    expect(failures).toEqual([expect.objectContaining({ code: 'FENCED' })]);
  });

  it('goes on when it is seldom, as after rebalances', async () => {
    const { failures, attempts } = await inTurn(5 * 60_000);
    expect(failures).toEqual([]);
    expect(attempts).toBeGreaterThan(12);
  });
});

describe('a service that is away', () => {
  it('is waited for: the same batch again, in the same attempt', async () => {
    const { world, clock, runner, give } = await run({ take: ['SERVICE_AWAY', 'SERVICE_AWAY'] });
    await give(0);
    await give(1);
    expect(runner.state).toBe('waiting');
    await clock.pass(500);
    expect(runner.state).toBe('waiting');
    await clock.pass(500);
    expect(runner.state).toBe('running');
    expect(world.heard()).toEqual(['1 takes over', '1 takes 0', '1 takes 1']);
  });

  it('holds no commit back', async () => {
    const { world, clock, give } = await run({
      take: [null, ...Array.from({ length: 9 }, () => 'SERVICE_AWAY' as const)],
    });
    await give(0);
    await give(1);
    await clock.pass(INTERVAL);
    expect(world.heard()).toEqual(['1 takes over', '1 takes 0', '1 commits up to 1']);
  });

  it('is not waited for by a runner that is stopped', async () => {
    const { world, runner, give } = await run({ take: ['SERVICE_AWAY'] });
    await give(0);
    await runner.stop();
    expect(world.heard()).toEqual(['1 takes over', '1 is closed']);
    expect(runner.state).toBe('stopped');
  });
});

describe('leaving', () => {
  it('stop commits what is done, tells the group and lets go', async () => {
    const { world, reader, runner, give } = await run();
    await give(0, 2);
    await runner.stop();
    expect(world.heard()).toEqual(['1 takes over', '1 takes 0,1', '1 commits up to 2', '1 is closed']);
    expect(reader.said.at(-1)).toBe('note 2');
    expect(runner.state).toBe('stopped');
    expect(runner.task).toBeNull();
  });

  it('stop waits for the commit under way', async () => {
    const { world, clock, runner, give } = await run({ commit: ['wait'] });
    await give(0);
    await clock.pass(INTERVAL);
    const stopped = runner.stop();
    await settle();
    expect(world.heard()).not.toContain('1 is closed');
    await world.attempts[0]?.end();
    await stopped;
    expect(world.heard()).toEqual(['1 is closed']);
  });

  it('stop does not try again when its commit fails', async () => {
    const { world, runner, failures, give } = await run({ commit: ['TXN_UNKNOWN'] });
    await give(0);
    await runner.stop();
    expect(world.heard()).toEqual(['1 takes over', '1 takes 0', '1 commits up to 1', '1 is closed']);
    expect(failures).toEqual([]);
  });

  it('lose commits nothing: whatever is not committed is somebody else’s to do again', async () => {
    const { world, runner, give } = await run();
    await give(0);
    world.heard();
    await runner.lose();
    expect(world.heard().every((text) => text === '1 is closed')).toBe(true);
    expect(world.committed).toBe(0);
    expect(runner.state).toBe('stopped');
  });

  it.each(['stop', 'lose'] as const)('%s ends the pause between two attempts', async (how) => {
    const { world, runner } = await run({ takeOver: ['KAFKA_AWAY'] });
    await runner[how]();
    expect(world.heard()).toEqual(['1 takes over', '1 is closed']);
  });

  it.each(['stop', 'lose'] as const)(
    '%s during a take-over takes nothing and commits nothing',
    async (how) => {
      const { world, reader, runner } = await run({ takeOver: ['wait'] });
      const left = runner[how]();
      await world.attempts[0]?.end();
      await left;
      expect(world.heard().slice(0, 2)).toEqual(['1 takes over', '1 is closed']);
      expect(reader.said).toEqual([]);
    },
  );
});

describe('a group that is shared out anew', () => {
  it('a task that stayed goes on where it is, without what had waited', async () => {
    const { reader, runner, world, give } = await run();
    await give(0, 2);
    runner.batch(aBatch('raw.gps', { from: 2 }));
    runner.goOn();
    await settle();
    expect(reader.said.at(-1)).toBe('raw.gps-2 from 2');
    expect(world.heard()).toEqual(['1 takes over', '1 takes 0,1']);
  });

  it('says nothing for a task that is not ready yet', async () => {
    const { reader, runner } = await run({ takeOver: ['wait'] });
    runner.goOn();
    expect(reader.said).toEqual([]);
  });
});
