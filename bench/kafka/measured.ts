/** One measured process of the bench: a worker, the feeder that watches latency, or a task's state. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Role } from '../../src/ports/telemetry.ts';
import { measureLatency } from './latency.ts';
import { Meter } from './samples.ts';
import { startStage } from './stage.ts';
import { configOf } from './stand.ts';
import { measureRestore, measureState } from './state.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    brokers: { type: 'string', default: '' },
    partitions: { type: 'string', default: '4' },
    commit: { type: 'string', default: '500' },
    subjects: { type: 'string', default: '20000' },
    rate: { type: 'string', default: '1000' },
    warm: { type: 'string', default: '1000' },
    measure: { type: 'string', default: '1000' },
    devices: { type: 'string', default: '1000' },
  },
});

const ROLES: Readonly<Record<string, readonly Role[]>> = {
  sanitize: ['sanitize'],
  aggregate: ['aggregate'],
  all: ['sanitize', 'aggregate'],
};

const answer = (result: unknown): void => {
  process.send?.({ result });
};

let leave = (): Promise<void> => Promise.resolve();
process.once('SIGTERM', () => {
  void leave().finally(() => process.exit());
});
process.once('disconnect', () => process.exit());

const [mode = ''] = positionals;
const config = await configOf({
  brokers: values.brokers.split(','),
  partitions: Number(values.partitions),
  commitMs: Number(values.commit),
});
const roles = ROLES[mode];
if (roles !== undefined) {
  const meter = new Meter();
  meter.start();
  leave = await startStage(config, roles, meter);
} else if (mode === 'latency') {
  const { subjects, rate, warm, measure } = values;
  const times = { warmMs: Number(warm), measureMs: Number(measure) };
  answer(await measureLatency({ config, subjects: Number(subjects), perS: Number(rate), ...times }));
} else if (mode === 'restore') {
  answer(await measureRestore(config));
} else {
  answer(await measureState(config, Number(values.devices)));
}
