/** One measured process that passes records through in kafkajs alone; a program of its own, so that nothing of ours is in it. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { passNaively, passTuned } from './pass.ts';
import { Meter } from './samples.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    brokers: { type: 'string', default: '' },
    partitions: { type: 'string', default: '4' },
    commit: { type: 'string', default: '500' },
    subjects: { type: 'string' },
  },
});

process.once('SIGTERM', () => process.exit());
process.once('disconnect', () => process.exit());

const meter = new Meter();
meter.start();
const options = {
  brokers: values.brokers.split(','),
  partitions: Number(values.partitions),
  commitMs: Number(values.commit),
};
await (positionals[0] === 'naive' ? passNaively : passTuned)(options, meter);
