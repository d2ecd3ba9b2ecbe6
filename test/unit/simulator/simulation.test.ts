import { describe, expect, it } from 'vitest';
import { FailPoints } from '../../support/simulator/fail-points.ts';
import { Network, done, fault } from '../../support/simulator/network.ts';
import { SimProcess } from '../../support/simulator/sim-process.ts';
import { Simulation, SimulationFailure } from '../../support/simulator/simulation.ts';

const START_MS = Date.UTC(2024, 2, 5);

const aWorld = (seed = 1) => {
  const simulation = new Simulation(seed);
  const network = new Network(simulation);
  const aProcess = (name: string): SimProcess => new SimProcess({ simulation, name, startMs: START_MS });
  const settle = (maxSteps = 1_000): Promise<boolean> => simulation.run({ until: () => false, maxSteps });
  return { simulation, network, aProcess, settle };
};

/** Two processes that sleep and ask for a while; everything they do, in the order in which they did it. */
const chatter = async (seed: number): Promise<readonly string[]> => {
  const { simulation, network, aProcess, settle } = aWorld(seed);
  const told: string[] = [];
  const talk = async (process: SimProcess): Promise<void> => {
    for (let i = 0; i < 20; i++) {
      await network.request({ from: process, name: 'ask', serve: () => done(null) });
      told.push(`${process.name} ${i}`);
      await process.clock.sleep(simulation.chance.int(3));
    }
  };
  for (const name of ['a', 'b', 'c']) void talk(aProcess(name));
  await settle();
  return [...told, simulation.fingerprint];
};

describe('the order of things', () => {
  it('is the same for the same seed, and another for another', async () => {
    expect(await chatter(7)).toEqual(await chatter(7));
    const orders = await Promise.all([1, 2, 3, 4, 5, 6].map(chatter));
    expect(new Set(orders.map(String)).size).toBe(6);
  });

  it('lets nobody wait for ever', async () => {
    for (const seed of [1, 2, 3, 4, 5]) expect(await chatter(seed)).toHaveLength(61);
  });
});

describe('virtual time', () => {
  it('goes on only when nothing can happen, to when the next thing can', async () => {
    const { simulation, aProcess, settle } = aWorld();
    const process = aProcess('a');
    const woken: number[] = [];
    for (const ms of [5_000, 1_000, 3_600_000]) {
      void process.clock.sleep(ms).then(() => woken.push(process.clock.now() - START_MS));
    }
    await settle();
    expect(woken).toEqual([1_000, 5_000, 3_600_000]);
    expect(simulation.now).toBe(3_600_000);
  });

  it('wakes late who sleeps through a jump', async () => {
    const { simulation, aProcess, settle } = aWorld();
    const process = aProcess('a');
    const slept = process.clock.sleep(1_000).then(() => process.clock.now());
    simulation.jump(60_000);
    await settle();
    expect((await slept) - START_MS).toBe(60_000);
  });

  it('rejects a sleep that is aborted, before or while it lasts', async () => {
    const { aProcess, settle } = aWorld();
    const { clock } = aProcess('a');
    const ended = new AbortController();
    const sleeping = clock.sleep(1_000, ended.signal).catch((cause: unknown) => (cause as Error).name);
    ended.abort();
    const never = clock.sleep(1_000, ended.signal).catch((cause: unknown) => (cause as Error).name);
    await settle();
    expect([await sleeping, await never]).toEqual(['AbortError', 'AbortError']);
  });
});

describe('a process', () => {
  const asking = () => {
    const world = aWorld();
    const process = world.aProcess('a');
    const seen: string[] = [];
    const served: string[] = [];
    const serve = () => {
      served.push('arrived');
      return done('answer');
    };
    const ask = (): void => {
      const { network } = world;
      void network.request({ from: process, name: 'ask', serve }).then((answer) => seen.push(answer));
    };
    return { ...world, process, seen, served, ask };
  };

  it('that is killed never hears of what it asked for, and asks for nothing any more', async () => {
    const { process, seen, served, ask, settle } = asking();
    ask();
    process.kill();
    ask();
    await settle();
    // The first question was on its way.
    expect([served, seen]).toEqual([['arrived'], []]);
  });

  it('that is frozen hears when it is thawed', async () => {
    const { process, seen, ask, settle } = asking();
    ask();
    process.freeze();
    await settle();
    expect(seen).toEqual([]);
    process.thaw();
    await settle();
    expect(seen).toEqual(['answer']);
  });

  it('is killed between two of its steps, never within one', async () => {
    const { process, network, seen, ask, settle } = asking();
    network.failPoints.arm({ request: 'ask', phase: 'sent', nth: 2, act: (one) => one.kill() });
    ask();
    ask();
    seen.push('the rest of the step');
    await settle();
    expect(seen).toEqual(['the rest of the step']);
    expect(process.state).toBe('dead');
  });
});

describe('a request', () => {
  const cases = [
    ['lostRequest', 0, 'KAFKA_AWAY'],
    ['lostReply', 1, 'KAFKA_AWAY'],
    ['late', 1, 'KAFKA_AWAY'],
    ['slow', 1, 'answer'],
  ] as const;

  it.each(cases)('that is %s is served %i times and comes to %s', async (fate, times, told) => {
    const { simulation, network, aProcess, settle } = aWorld(3);
    let served = 0;
    let givenUpAt = 0;
    const serve = () => {
      served += 1;
      return done('answer');
    };
    network.ambush('ask', fate);
    const answer = network.request({ from: aProcess('a'), name: 'ask', serve }).catch((cause: unknown) => {
      givenUpAt = simulation.now;
      return (cause as { readonly code: string }).code;
    });
    await settle();
    expect([served, await answer]).toEqual([times, told]);
    expect(givenUpAt).toBe(told === 'answer' ? 0 : 10_000);
  });

  it('is refused while the broker is down, also when it waits there', async () => {
    const { network, aProcess, settle } = aWorld();
    const from = aProcess('a');
    const parked = { kind: 'park', until: () => undefined } as const;
    const waiting = network.request({ from, name: 'wait', serve: () => parked }).catch(() => 'refused');
    await settle();
    network.takeDown();
    const asked = network.request({ from, name: 'ask', serve: () => done('x') }).catch(() => 'refused');
    await settle();
    network.bringUp();
    const again = network.request({ from, name: 'ask', serve: () => done('served') });
    await settle();
    expect([await waiting, await asked, await again]).toEqual(['refused', 'refused', 'served']);
  });

  it('carries the fault of who serves it', async () => {
    const { network, aProcess, settle } = aWorld();
    const refuse = () => fault('FENCED', 'no');
    const answer = network
      .request({ from: aProcess('a'), name: 'ask', serve: refuse })
      .catch((cause: unknown) => (cause as { readonly code: string }).code);
    await settle();
    expect(await answer).toBe('FENCED');
  });
});

describe('fail points', () => {
  it('count each request and phase by itself, and act once', () => {
    const points = new FailPoints();
    points.arm({ request: 'end', phase: 'applied', nth: 2, act: () => undefined });
    const reached = [
      points.reach('end', 'sent'),
      points.reach('end', 'applied'),
      points.reach('open', 'applied'),
      points.reach('end', 'applied'),
      points.reach('end', 'applied'),
    ];
    expect(reached.map(({ length }) => length)).toEqual([0, 0, 0, 1, 0]);
    expect(points.countOf('end', 'applied')).toBe(3);
  });
});

describe('a failure', () => {
  it('tells the seed and the last fifty steps', async () => {
    const { simulation, aProcess } = aWorld(42);
    const process = aProcess('worker');
    for (let i = 0; i < 80; i++) process.post(`step ${i}`, () => undefined, i + 1);
    process.post('the last', () => simulation.fail('something is wrong'), 1_000);
    const run = simulation.run({ until: () => false, maxSteps: 1_000 });
    await expect(run).rejects.toThrow(SimulationFailure);
    const message = await run.then(String, (cause: unknown) => (cause as Error).message);
    const told = message.split('\n');
    expect(told).toHaveLength(52);
    expect(told.slice(0, 2)).toEqual(['something is wrong', 'seed 42; the last steps:']);
    expect(String(told.at(-1))).toMatch(/worker: the last$/u);
  });
});
