/** The model broker for tests that know nothing of a simulation: it goes on by itself, without faults, until it is stopped. */
import type { LogSubject } from '../../contract/log.ts';
import { Network } from '../simulator/network.ts';
import { SimProcess } from '../simulator/sim-process.ts';
import { Simulation, breathe } from '../simulator/simulation.ts';
import { ModelCluster } from './model-cluster.ts';
import { ModelLog } from './model-log.ts';

const STEPS_AT_ONCE = 200;

/** A log subject on a broker of its own; every seed makes other things happen first. */
export const freeRunning = (seed: number): LogSubject => {
  const simulation = new Simulation(seed);
  const network = new Network(simulation);
  const { chance } = simulation;
  const transactionTimeoutMs = Number.POSITIVE_INFINITY;
  const cluster = new ModelCluster({ network, chance, topics: {}, transactionTimeoutMs });
  const process = new SimProcess({ simulation, name: 'test', startMs: 0 });
  let isOver = false;
  const goOn = async (): Promise<void> => {
    while (!isOver) {
      await simulation.run({ until: () => isOver, maxSteps: STEPS_AT_ONCE });
      await breathe();
    }
  };
  const going = goOn();
  return {
    open: () => Promise.resolve(new ModelLog({ process, network, cluster })),
    createTopic: (topic, { partitions }) => {
      cluster.createTopic(topic, partitions);
      return Promise.resolve();
    },
    append: (records) => {
      for (const record of records) cluster.append(record);
      return Promise.resolve();
    },
    hang: (id, records) => {
      const opened = cluster.transactions.open(id);
      if (opened.kind !== 'done') throw new Error('the identifier is in use');
      const credentials = { id, epoch: opened.value };
      for (const record of records) cluster.transactions.produce(credentials, record, [record]);
      const serve = () => cluster.transactions.open(id);
      const abort = async (): Promise<void> => {
        await network.request({ from: process, name: 'open', about: id, serve });
      };
      return Promise.resolve(abort);
    },
    compact: (place) => {
      const log = cluster.find(place);
      log?.compact(log.end);
      return Promise.resolve();
    },
    cleanUp: async () => {
      isOver = true;
      await going;
    },
  };
};
