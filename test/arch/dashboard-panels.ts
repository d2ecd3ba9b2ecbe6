/** What the overview dashboard shows: rows of panels, each with its queries and the sentence that explains it. */

export interface Query {
  readonly expr: string;
  /** Legend, with `{{label}}`. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly meaning: string;
  readonly queries: readonly Query[];
  /** Unit as Grafana calls it. */
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  /** `number`: the last value, red from or below a bound; `lines` and `areas`: over time. */
  readonly kind: 'number' | 'lines' | 'areas';
  readonly redFrom?: number;
  readonly redBelow?: number;
}

export interface PanelRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

type Options = Partial<Pick<Panel, 'unit' | 'width' | 'kind' | 'redFrom' | 'redBelow'>>;
type Pairs = readonly (readonly [expr: string, legend: string])[];

const panel = (title: string, meaning: string, pairs: Pairs, options: Options): Panel => ({
  title,
  meaning,
  queries: pairs.map(([expr, legend]) => ({ expr, legend })),
  unit: 'short',
  width: 8,
  kind: 'lines',
  ...options,
});

const number = (title: string, meaning: string, expr: string, options: Options = {}): Panel =>
  panel(title, meaning, [[expr, '']], { kind: 'number', width: 4, ...options });

const lines = (title: string, meaning: string, pairs: Pairs, options: Options = {}): Panel =>
  panel(title, meaning, pairs, options);

/** The share of a histogram's values that lie below a bound. */
const quantile = (q: number, metric: string, range = '$__rate_interval'): string =>
  `histogram_quantile(${q}, sum by (le, role) (rate(${metric}_bucket[${range}])))`;

const mean = (metric: string): string => {
  const rate = (part: string): string => `sum by (role) (rate(${metric}_${part}[$__rate_interval]))`;
  return `${rate('sum')} / ${rate('count')}`;
};

const NOW: readonly Panel[] = [
  number('Workers', 'Workers that answer.', 'sum(up{job="oboro"})', { redBelow: 1 }),
  number(
    'Checks that fail',
    'Checks of /readyz that are not ok, all workers together.',
    'count(oboro_ready == 0) or vector(0)',
    { redFrom: 1 },
  ),
  number('Tasks running', 'Tasks that read, of both roles.', 'sum(oboro_tasks{state="running"})'),
  number(
    'Tasks not running',
    'Tasks that are being restored, or wait for a salt or a service.',
    'sum(oboro_tasks{state!="running"})',
    { redFrom: 1 },
  ),
  number('Lag', 'Records not read yet, all inputs together.', 'sum(oboro_lag_records)'),
  number(
    'Event time behind',
    'The slowest watermark behind wall time; no window closes before it.',
    'max(oboro_watermark_delay_seconds)',
    { unit: 's' },
  ),
];

const FLOW: readonly Panel[] = [
  lines(
    'Records read',
    'Records by what the decoder made of them.',
    [['sum by (outcome) (rate(oboro_records_total{stage="wire"}[$__rate_interval]))', '{{outcome}}']],
    { unit: 'ops', kind: 'areas', width: 12 },
  ),
  lines(
    'At the doors',
    'Events kept, and events set aside by reason (docs/reasons.md); set aside for a lawful reason is no fault.',
    [['sum by (outcome) (rate(oboro_records_total{stage="doors"}[$__rate_interval]))', '{{outcome}}']],
    { unit: 'ops', kind: 'areas', width: 12 },
  ),
  lines(
    'Lag by input',
    'Records between a task and the end of its input.',
    [['sum by (topic) (oboro_lag_records)', '{{topic}}']],
    { width: 12 },
  ),
  lines(
    'Event time behind, by partition',
    'A partition that stands still holds all windows open.',
    [['max by (partition) (oboro_watermark_delay_seconds)', '{{partition}}']],
    { unit: 's', width: 12 },
  ),
  lines(
    'Rows released',
    'Rows that passed the gate within an hour, by table.',
    [['sum by (table) (increase(oboro_released_rows_total[1h]))', '{{table}}']],
    { kind: 'areas', width: 12 },
  ),
  lines(
    'Bytes read',
    'Bytes of record values.',
    [['sum by (role) (rate(oboro_input_bytes_total[$__rate_interval]))', '{{role}}']],
    { unit: 'Bps', width: 12 },
  ),
];

const COMMITS: readonly Panel[] = [
  lines(
    'Duration of a commit',
    'Half, and 99 of 100, are done within this.',
    [
      [quantile(0.5, 'oboro_commit_duration_seconds'), '{{role}} half'],
      [quantile(0.99, 'oboro_commit_duration_seconds'), '{{role}} 99 %'],
    ],
    { unit: 's' },
  ),
  lines(
    'Commits',
    'Unknown: the task was taken over again; nothing is lost.',
    [['sum by (role, result) (rate(oboro_commits_total[$__rate_interval]))', '{{role}} {{result}}']],
    { unit: 'ops' },
  ),
  lines('Records of a commit', 'Mean of a transaction.', [[mean('oboro_commit_records'), '{{role}}']]),
  lines('Bytes of a commit', 'Mean of a transaction.', [[mean('oboro_commit_bytes'), '{{role}}']], {
    unit: 'bytes',
  }),
  lines('Take-overs', 'Within ten minutes; some at every start, stop and rebalance.', [
    ['sum by (role, result) (increase(oboro_takeovers_total[10m]))', '{{role}} {{result}}'],
  ]),
  lines(
    'Duration of a restore',
    'From assignment until the task runs; 99 of 100 are done within this.',
    [[quantile(0.99, 'oboro_restore_duration_seconds', '1h'), '{{role}}']],
    { unit: 's' },
  ),
];

const STATE: readonly Panel[] = [
  lines('Keys in memory', 'Held by the folds of subjects; all are dropped when their epoch ends.', [
    ['sum by (fold) (oboro_state_keys)', '{{fold}}'],
  ]),
  lines('Changelog', 'Bytes that restores would read.', [['sum(oboro_changelog_bytes)', 'bytes']], {
    unit: 'bytes',
  }),
  lines('Living salts', 'Epochs whose salt is alive; each dies when its epoch is released.', [
    ['max by (audience) (oboro_salt_epochs)', '{{audience}}'],
  ]),
  lines(
    'Age of the consents',
    'Since the consents in memory were last level with their topic.',
    [['max by (instance) (oboro_consent_view_age_seconds)', '{{instance}}']],
    { unit: 's' },
  ),
  lines(
    'Errors of services',
    'Calls that failed.',
    [['sum by (service) (rate(oboro_dependency_errors_total[$__rate_interval]))', '{{service}}']],
    { unit: 'ops' },
  ),
  lines('Checks that fail', 'Which check, and of how many workers.', [
    ['count by (check) (oboro_ready == 0)', '{{check}}'],
  ]),
];

const PROCESS: readonly Panel[] = [
  lines(
    'CPU',
    'Share of one core.',
    [['rate(process_cpu_seconds_total{job="oboro"}[$__rate_interval])', '{{instance}}']],
    { unit: 'percentunit' },
  ),
  lines('Memory', 'Resident memory.', [['process_resident_memory_bytes{job="oboro"}', '{{instance}}']], {
    unit: 'bytes',
  }),
  lines(
    'Event loop',
    'Delay; 99 of 100 turns are less late.',
    [['nodejs_eventloop_lag_p99_seconds{job="oboro"}', '{{instance}}']],
    { unit: 's' },
  ),
  lines(
    'Garbage collection',
    'Share of time.',
    [
      [
        'sum by (instance) (rate(nodejs_gc_duration_seconds_sum{job="oboro"}[$__rate_interval]))',
        '{{instance}}',
      ],
    ],
    { unit: 'percentunit' },
  ),
  lines('Versions', 'Workers by code and policy; two policies mean that a change is half done.', [
    ['count by (version, policy) (oboro_build_info)', '{{version}} {{policy}}'],
  ]),
  lines('Kept out of the metrics', 'Values that stand in no closed list; a bug to report.', [
    ['sum by (metric) (increase(oboro_telemetry_refused_total[1h]))', '{{metric}}'],
  ]),
];

export const PANEL_ROWS: readonly PanelRow[] = [
  { title: 'Now', panels: NOW },
  { title: 'Flow', panels: FLOW },
  { title: 'Commits', panels: COMMITS },
  { title: 'State and privacy', panels: STATE },
  { title: 'Process', panels: PROCESS },
];
