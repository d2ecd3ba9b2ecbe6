/** The log contract on the model broker: what the simulator runs on behaves as Kafka does. */
import { freeRunning } from '../support/model-broker/free-running.ts';
import { logContract } from './log.ts';

let names = 0;
const name = (): string => {
  names += 1;
  return String(names);
};

for (const seed of [1, 2, 3])
  logContract(`model (seed ${seed})`, () => Promise.resolve(freeRunning(seed)), name);
