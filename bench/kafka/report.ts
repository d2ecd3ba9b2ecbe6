/** What the bench measured, and its tables. */
import type { Latency } from './latency.ts';
import type { Profile } from './load.ts';
import type { Throughput } from './samples.ts';
import type { RestoreFigures, StateFigures } from './state.ts';

/** Measured processes of each case, and those beside them whose CPU is not counted. */
export const CASES = {
  naive: { roles: ['naive'], beside: [] },
  tuned: { roles: ['tuned'], beside: [] },
  // Somebody has to make the salts.
  sanitize: { roles: ['sanitize'], beside: ['aggregate'] },
  all: { roles: ['all'], beside: [] },
  'all, 2 workers': { roles: ['all', 'all'], beside: [] },
} as const;

export type Case = keyof typeof CASES;

export interface Row extends Throughput {
  readonly profile: Profile;
  readonly name: Case;
}

export interface LatencyRow extends Latency {
  readonly commitMs: number;
}

export interface Report {
  readonly machine: {
    readonly node: string;
    readonly kafka: string;
    readonly cpu: string;
    readonly cores: number;
  };
  readonly plan: { readonly records: number; readonly runs: number };
  readonly rows: readonly Row[];
  readonly latency: readonly LatencyRow[];
  readonly state: (StateFigures & RestoreFigures) | null;
}

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
};

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `|${head.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n');

const LABELS: Readonly<Record<Case, string>> = {
  naive: 'pass-through, naive',
  tuned: 'pass-through, tuned, exactly once',
  sanitize: 'sanitize stage',
  all: 'whole pipeline, 1 worker',
  'all, 2 workers': 'whole pipeline, 2 workers',
};

const whole = (n: number): string => n.toFixed(0);

export const throughputTable = ({ machine, plan, rows }: Report): string => {
  const { node, kafka, cpu, cores } = machine;
  const about = `node ${node}, Kafka ${kafka}, ${String(cores)} × ${cpu}; ${String(plan.records)} records, medians of ${String(plan.runs)} runs, broker not counted\n`;
  const pairs = [...new Map(rows.map((row) => [`${row.profile}|${row.name}`, row])).values()];
  const lines = pairs.map(({ profile, name }) => {
    const mine = rows.filter((row) => row.profile === profile && row.name === name);
    const of = (pick: (row: Row) => number, which = mine): number => median(which.map(pick));
    const base = rows.filter((row) => row.profile === profile && row.name === 'tuned');
    const speed = of(({ eventsPerS }) => eventsPerS);
    const ratio = base.length === 0 ? '–' : (speed / of(({ eventsPerS }) => eventsPerS, base)).toFixed(2);
    const out = of(({ out: written }) => written['locations.keep'] ?? 0);
    return [
      `${profile}: ${LABELS[name]}`,
      whole(speed),
      ratio,
      of(({ cpuUsPerEvent }) => cpuUsPerEvent).toFixed(1),
      whole(of(({ rssMb }) => rssMb)),
      name === 'naive' || name === 'tuned' ? 'all' : whole(out),
    ];
  });
  const head = ['case', 'events/s', 'to tuned', 'CPU µs/event', 'RSS MB', 'published'];
  return rows.length === 0 ? '' : `${about}\n${tableOf(head, lines)}`;
};

export const latencyTable = ({ latency }: Report): string => {
  const head = [
    'raw.gps to readable location.sanitized',
    'fed/s',
    'p50 ms',
    'p99 ms',
    'max ms',
    'watched',
    'never published',
  ];
  const lines = latency.map((row) => [
    `commit every ${String(row.commitMs)} ms`,
    ...[row.fedPerS, row.p50Ms, row.p99Ms, row.maxMs, row.watched, row.missing].map(whole),
  ]);
  return latency.length === 0 ? '' : tableOf(head, lines);
};

export const stateTable = ({ state }: Report): string => {
  if (state === null) return '';
  const {
    devices,
    keys,
    heapMbPerMillionDevices: heap,
    snapshotMb,
    snapshotS,
    writeS,
    readS,
    restoreS,
  } = state;
  const head = [
    'state of one task',
    'keys',
    'heap MB per million devices',
    'snapshot MB',
    'made s',
    'written s',
    'read s',
    'restored s',
  ];
  const seconds = [snapshotS, writeS, readS, restoreS].map((s) => s.toFixed(1));
  return tableOf(head, [
    [`${String(devices)} devices`, String(keys), whole(heap), whole(snapshotMb), ...seconds],
  ]);
};
