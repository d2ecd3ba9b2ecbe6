import { describe, expect, it } from 'vitest';
import { CoarseTelemetry } from '../../../../src/adapters/telemetry/coarse.ts';
import { PromTelemetry } from '../../../../src/adapters/telemetry/prom-telemetry.ts';
import type { Telemetry } from '../../../../src/ports/telemetry.ts';

/** A coarse telemetry, and all that it hands on. */
const coarse = () => {
  const told: string[] = [];
  const tell = (call: string) => (name: string, labels: object, value?: number) =>
    void told.push(`${call} ${name} ${Object.values(labels).join(' ')} ${String(value)}`);
  const exact: Telemetry = {
    add: tell('add'),
    set: tell('set'),
    drop: tell('drop'),
    observe: tell('observe'),
  };
  return { told, telemetry: new CoarseTelemetry(exact) };
};

type Tell = (telemetry: Telemetry, n: number) => void;

const COUNTERS: readonly (readonly [string, number, Tell])[] = [
  ['records', 100, (t, n) => t.add('records', { stage: 'gate', outcome: 'below_threshold' }, n)],
  ['releasedRows', 100, (t, n) => t.add('releasedRows', { table: 'visits' }, n)],
  ['bytesIn', 100_000, (t, n) => t.add('bytesIn', { role: 'aggregate' }, n)],
];

describe('G-15 the counters of gate tasks', () => {
  it.each(COUNTERS)('%s says nothing until a step of %d is full', (_, step, tell) => {
    const { told, telemetry } = coarse();
    tell(telemetry, 0);
    tell(telemetry, 1);
    tell(telemetry, step - 2);
    expect(told).toEqual([]);
    tell(telemetry, 1);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(new RegExp(` ${String(step)}$`, 'u'));
  });

  it.each(COUNTERS)('%s tells whole steps of %d only, and keeps the rest for later', (_, step, tell) => {
    const { told, telemetry } = coarse();
    const sums = [];
    let all = 0;
    for (const n of [step * 2.5, step * 0.25, step * 0.25, 7, 3 * step, step - 7]) {
      tell(telemetry, n);
      all += n;
      const sum = told.reduce((sofar, line) => sofar + Number(line.split(' ').at(-1)), 0);
      sums.push(sum);
      expect(sum).toBe(Math.floor(all / step) * step);
    }
    expect(sums).toEqual([2, 2, 3, 3, 6, 7].map((steps) => steps * step));
  });

  it('are kept back one by one: by series, not together', () => {
    const { told, telemetry } = coarse();
    for (const table of ['visits', 'dwell']) telemetry.add('releasedRows', { table }, 60);
    for (const outcome of ['keep', 'below_threshold'])
      telemetry.add('records', { stage: 'gate', outcome }, 60);
    expect(told).toEqual([]);
    telemetry.add('releasedRows', { table: 'dwell' }, 60);
    telemetry.add('records', { outcome: 'keep', stage: 'gate' }, 60);
    expect(told).toEqual(['add releasedRows dwell 100', 'add records keep gate 100']);
  });

  it('count by one where no number is given', () => {
    const { told, telemetry } = coarse();
    for (let i = 0; i < 250; i += 1) telemetry.add('records', { stage: 'gate', outcome: 'keep' });
    expect(told).toEqual(['add records gate keep 100', 'add records gate keep 100']);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('leave %d, which is no count, to be refused', (n) => {
    const { told, telemetry } = coarse();
    telemetry.add('releasedRows', { table: 'visits' }, n);
    telemetry.add('releasedRows', { table: 'visits' }, 100);
    expect(told).toEqual([`add releasedRows visits ${String(n)}`, 'add releasedRows visits 100']);
  });

  it('are shown by no exporter before a step is full, not even as a series', async () => {
    const prom = new PromTelemetry({ version: '1.2.3', policyHash: 'ab', processMetrics: false });
    const telemetry = new CoarseTelemetry(prom);
    telemetry.add('records', { stage: 'gate', outcome: 'keep' }, 99);
    expect(await prom.exposition()).not.toContain('stage="gate"');
    telemetry.add('records', { stage: 'gate', outcome: 'keep' });
    expect(await prom.exposition()).toContain('oboro_records_total{stage="gate",outcome="keep"} 100\n');
  });
});

describe('G-15 the sizes of commits of gate tasks', () => {
  it.each([
    ['commitRecords', 0, 0],
    ['commitRecords', 1, 100],
    ['commitRecords', 100, 100],
    ['commitRecords', 101, 200],
    ['commitBytes', 1, 100_000],
    ['commitBytes', 250_000, 300_000],
  ] as const)('%s of %d is told as %d', (name, value, told) => {
    const { told: all, telemetry } = coarse();
    telemetry.observe(name, { role: 'aggregate' }, value);
    expect(all).toEqual([`observe ${name} aggregate ${String(told)}`]);
  });
});

describe('what says nothing of people', () => {
  it('is told as it is', () => {
    const { told, telemetry } = coarse();
    telemetry.add('commits', { role: 'aggregate', result: 'done' });
    telemetry.add('takeovers', { role: 'aggregate', result: 'failed' }, 2);
    telemetry.add('saltsExpired', { audience: 'statistics' });
    telemetry.observe('commitSeconds', { role: 'aggregate' }, 0.25);
    telemetry.observe('restoreSeconds', { role: 'aggregate' }, 1.5);
    telemetry.set('saltEpochs', { audience: 'nearby' }, 3);
    telemetry.drop('saltEpochs', { audience: 'nearby' });
    expect(told).toEqual([
      'add commits aggregate done 1',
      'add takeovers aggregate failed 2',
      'add saltsExpired statistics 1',
      'observe commitSeconds aggregate 0.25',
      'observe restoreSeconds aggregate 1.5',
      'set saltEpochs nearby 3',
      'drop saltEpochs nearby undefined',
    ]);
  });
});
