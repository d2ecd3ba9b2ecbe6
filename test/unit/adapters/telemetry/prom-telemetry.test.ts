import { describe, expect, it } from 'vitest';
import { ReadyBoard } from '../../../../src/adapters/telemetry/health.ts';
import { MISNAMED } from '../../../../src/adapters/telemetry/metric-table.ts';
import type { PromOptions } from '../../../../src/adapters/telemetry/prom-telemetry.ts';
import { PromTelemetry } from '../../../../src/adapters/telemetry/prom-telemetry.ts';

const HASH = 'ab'.repeat(32);
const CANARY = 'device-4711-canary';

const exporter = (options: Partial<PromOptions> = {}): PromTelemetry =>
  new PromTelemetry({ version: '1.2.3', policyHash: HASH, processMetrics: false, ...options });

/** Series with their values, without comments. */
const series = async (telemetry: PromTelemetry, name = ''): Promise<readonly string[]> =>
  (await telemetry.exposition())
    .split('\n')
    .filter((line) => line.startsWith(name) && line !== '' && !line.startsWith('#'));

describe('counters', () => {
  it('start at zero where their label values are few', async () => {
    expect(await series(exporter(), 'oboro_commits_total')).toEqual([
      'oboro_commits_total{role="sanitize",result="done"} 0',
      'oboro_commits_total{role="sanitize",result="unknown"} 0',
      'oboro_commits_total{role="aggregate",result="done"} 0',
      'oboro_commits_total{role="aggregate",result="unknown"} 0',
    ]);
    expect(await series(exporter(), 'oboro_records_total')).toEqual([]);
  });

  it('count by one, and by n', async () => {
    const telemetry = exporter();
    telemetry.add('records', { stage: 'doors', outcome: 'no_consent' });
    telemetry.add('records', { stage: 'doors', outcome: 'no_consent' }, 4);
    telemetry.add('records', { stage: 'doors', outcome: 'keep' }, 0);
    expect(await series(telemetry, 'oboro_records_total')).toEqual([
      'oboro_records_total{stage="doors",outcome="no_consent"} 5',
      'oboro_records_total{stage="doors",outcome="keep"} 0',
    ]);
  });
});

describe('gauges', () => {
  it('show the last value, and go when dropped', async () => {
    const telemetry = exporter();
    telemetry.set('lagRecords', { topic: 'raw.gps', partition: 3 }, 10);
    telemetry.set('lagRecords', { topic: 'raw.gps', partition: 3 }, 7);
    telemetry.set('lagRecords', { topic: 'raw.gps', partition: 4 }, 1);
    telemetry.drop('lagRecords', { topic: 'raw.gps', partition: 4 });
    telemetry.drop('lagRecords', { topic: 'raw.gps', partition: 5 });
    telemetry.set('consentViewAgeSeconds', {}, 0.25);
    expect(await series(telemetry, 'oboro_lag')).toEqual([
      'oboro_lag_records{topic="raw.gps",partition="3"} 7',
    ]);
    expect(await series(telemetry, 'oboro_consent')).toEqual(['oboro_consent_view_age_seconds 0.25']);
  });
});

describe('histograms', () => {
  it('sort values into their buckets', async () => {
    const telemetry = exporter();
    for (const value of [0.004, 0.03, 99]) telemetry.observe('commitSeconds', { role: 'sanitize' }, value);
    const lines = await series(telemetry, 'oboro_commit_duration_seconds');
    expect(lines).toContain('oboro_commit_duration_seconds_bucket{le="0.005",role="sanitize"} 1');
    expect(lines).toContain('oboro_commit_duration_seconds_bucket{le="0.05",role="sanitize"} 2');
    expect(lines).toContain('oboro_commit_duration_seconds_bucket{le="+Inf",role="sanitize"} 3');
    expect(lines).toContain('oboro_commit_duration_seconds_count{role="sanitize"} 3');
  });
});

describe('G-15 what does not fit', () => {
  const refused = (metric: string, n = 1): string => `oboro_telemetry_refused_total{metric="${metric}"} ${n}`;

  it.each<readonly [string, string, (telemetry: PromTelemetry) => void]>([
    ['a stage', 'oboro_records_total', (t) => t.add('records', { stage: CANARY, outcome: 'keep' })],
    ['an outcome', 'oboro_records_total', (t) => t.add('records', { stage: 'doors', outcome: CANARY })],
    ['a table', 'oboro_released_rows_total', (t) => t.add('releasedRows', { table: CANARY })],
    ['a topic', 'oboro_lag_records', (t) => t.set('lagRecords', { topic: CANARY, partition: 1 }, 1)],
    ['a fold', 'oboro_state_keys', (t) => t.set('stateKeys', { fold: CANARY, partition: 1 }, 1)],
    ['an audience', 'oboro_salt_epochs', (t) => t.set('saltEpochs', { audience: CANARY }, 1)],
    ['a partition', 'oboro_changelog_bytes', (t) => t.set('changelogBytes', { partition: 4_711_000 }, 1)],
    [
      'the lag of a region',
      'oboro_lag_records',
      (t) => t.set('lagRecords', { topic: 'oboro.contributions', partition: 1 }, 1),
    ],
    [
      'the keys of a region',
      'oboro_state_keys',
      (t) => t.set('stateKeys', { fold: 'tally', partition: 1 }, 1),
    ],
    ['a dropped series', 'oboro_lag_records', (t) => t.drop('lagRecords', { topic: CANARY, partition: 1 })],
    [
      'a count that is none',
      'oboro_input_bytes_total',
      (t) => t.add('bytesIn', { role: 'sanitize' }, Number.NaN),
    ],
    ['a negative count', 'oboro_input_bytes_total', (t) => t.add('bytesIn', { role: 'sanitize' }, -1)],
    ['an endless value', 'oboro_changelog_bytes', (t) => t.set('changelogBytes', { partition: 1 }, Infinity)],
    [
      'a negative duration',
      'oboro_commit_duration_seconds',
      (t) => t.observe('commitSeconds', { role: 'sanitize' }, -1),
    ],
  ])('is left out and counted: %s', async (_what, metric, tell) => {
    const telemetry = exporter();
    const before = await series(telemetry);
    expect(() => tell(telemetry)).not.toThrow();
    const after = await series(telemetry);
    expect(after.filter((line) => !before.includes(line))).toEqual([refused(metric)]);
    expect(await telemetry.exposition()).not.toContain(CANARY);
  });

  it('beside a label that does: labels nobody asked for', async () => {
    const telemetry = exporter();
    const labels = { role: 'sanitize', deviceId: CANARY } as const;
    telemetry.add('bytesIn', labels, 5);
    expect(await series(telemetry, 'oboro_input_bytes_total{role="sanitize"')).toEqual([
      'oboro_input_bytes_total{role="sanitize"} 5',
    ]);
    expect(await telemetry.exposition()).not.toContain(CANARY);
  });
});

describe('the build', () => {
  it('is told by version and policy', async () => {
    expect(await series(exporter(), 'oboro_build_info')).toEqual([
      `oboro_build_info{version="1.2.3",policy="${HASH}"} 1`,
    ]);
  });

  it('is not told when it would need quoting', async () => {
    const telemetry = exporter({ version: 'a "b"' });
    expect(await series(telemetry, 'oboro_build_info')).toEqual([]);
    expect(await series(telemetry, 'oboro_telemetry_refused_total')).toHaveLength(1);
  });
});

describe('readiness', () => {
  it('is what the checks say at the time of reading', async () => {
    const board = new ReadyBoard(['group', 'registry']);
    const telemetry = exporter({ checks: board.checks });
    board.say('group', 'ok');
    expect(await series(telemetry, 'oboro_ready')).toEqual([
      'oboro_ready{check="group"} 1',
      'oboro_ready{check="registry"} 0',
    ]);
    board.say('registry', 'ok');
    board.say('group', 'not_joined');
    expect(await series(telemetry, 'oboro_ready')).toEqual([
      'oboro_ready{check="group"} 0',
      'oboro_ready{check="registry"} 1',
    ]);
  });
});

describe('the process', () => {
  it('shows memory, garbage collection and the delay of the event loop, without the misnamed', async () => {
    const text = await exporter({ processMetrics: true }).exposition();
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_gc_duration',
    ])
      expect(text).toContain(`# HELP ${name}`);
    for (const name of MISNAMED) expect(text).not.toContain(name);
  });

  it('of two exporters in one process do not meet', async () => {
    const [one, other] = [exporter(), exporter()];
    one.add('bytesIn', { role: 'sanitize' }, 5);
    expect(await series(other, 'oboro_input_bytes_total{role="sanitize"')).toEqual([
      'oboro_input_bytes_total{role="sanitize"} 0',
    ]);
  });
});
