/** Writes docs/metrics.md from the metric table and the checks of the health listener. */
import { NOT_READY } from '../../src/adapters/telemetry/health.ts';
import type { LabelRule } from '../../src/adapters/telemetry/label-values.ts';
import { COUNTERS, GAUGES, HISTOGRAMS, MISNAMED, OWN } from '../../src/adapters/telemetry/metric-table.ts';

/** Longer lists are described, not printed. */
const PRINTED = 8;

const valuesOf = (rule: LabelRule): string => {
  if (rule === 'partition') return 'number of an input partition';
  return rule.length <= PRINTED
    ? rule.join(', ')
    : `${rule.slice(0, 3).join(', ')} … (${rule.length} values)`;
};

const labelsOf = (labels: object): string =>
  Object.entries(labels as Readonly<Record<string, LabelRule>>)
    .map(([label, rule]) => `\`${label}\`: ${valuesOf(rule)}`)
    .join('; ');

const TABLE = ['| metric | meaning | labels |', '|---|---|---|'];

const rows = (table: object): readonly string[] =>
  Object.values(table as Readonly<Record<string, { name: string; help: string; labels: object }>>).map(
    ({ name, help, labels }) => `| \`${name}\` | ${help} | ${labelsOf(labels)} |`,
  );

const histogramRows = Object.values(HISTOGRAMS).map(
  ({ name, help, labels, buckets }) =>
    `| \`${name}\` | ${help} | ${labelsOf(labels)} | ${buckets.map((bound) => String(bound)).join(' ')} |`,
);

const ownRows = Object.values(OWN).map(
  ({ name, help, labels }) =>
    `| \`${name}\` | ${help} | ${labels.map((label) => `\`${label}\``).join(', ')} |`,
);

const PRELUDE = `<!-- Generated from src/adapters/telemetry/metric-table.ts by "npm run docs"; do not edit. -->

# Metrics and health

A worker listens for its operators on a port of its own, on loopback unless configured otherwise
([configuration.md](configuration.md), section \`metrics\`): \`/metrics\` for Prometheus, \`/healthz\` (should the process be
started again?) and \`/readyz\` (does it do its work?). GET and HEAD only; everything else is 404 or 405. Nothing there needs a
login, so let no one but operators reach it.

Every label value stands in a closed list, and no metric says anything of a person or a place (G-15). A partition of the
inputs is a group of subjects and may be a label; a partition of the release gate is a few regions, where a live counter
would be an exact small count. So metrics of gate tasks have no partition, and what they count of people moves in whole
steps of 100: a worker keeps back what does not fill a step, and what is kept back is lost when it ends.

What cannot be exported because a value is in no list is counted in \`${OWN.refused.name}\`; that is a bug to report.
`;

const PROCESS = `The process itself is shown by \`process_*\` (CPU, memory, file descriptors, start time) and \`nodejs_*\` (heap, garbage
collection, and the delay of the event loop as \`nodejs_eventloop_lag_*_seconds\`), the default metrics of prom-client
without ${MISNAMED.map((name) => `\`${name}\``).join(', ')}, whose names break the naming rules.`;

/** The page. */
export const metricsPage = (): string =>
  [
    PRELUDE,
    '## Counters',
    '',
    ...TABLE,
    ...rows(COUNTERS),
    '',
    '## Gauges',
    '',
    ...TABLE,
    ...rows(GAUGES),
    '',
    '## Histograms',
    '',
    '| metric | meaning | labels | buckets |',
    '|---|---|---|---|',
    ...histogramRows,
    '',
    '## Of the exporter',
    '',
    '| metric | meaning | labels |',
    '|---|---|---|',
    ...ownRows,
    '',
    PROCESS,
    '',
    '## Checks',
    '',
    '`/healthz` and `/readyz` answer 200 or 503 with a JSON object `{"status", "checks"}`, where each check says `ok` or:',
    '',
    '| reason | meaning |',
    '|---|---|',
    ...Object.entries(NOT_READY).map(([reason, meaning]) => `| \`${reason}\` | ${meaning} |`),
    '',
    'The same checks are the series of `oboro_ready`.',
    '',
  ].join('\n');
