import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PromTelemetry } from '../../../src/adapters/telemetry/prom-telemetry.ts';
import { COUNTERS, GAUGES, HISTOGRAMS, OWN } from '../../../src/adapters/telemetry/metric-table.ts';
import { labelsIn, metricsIn } from './expressions.ts';

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}
interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}

const { panels, uid, templating } = JSON.parse(
  readFileSync('deploy/grafana/dashboards/oboro-overview.json', 'utf8'),
) as { panels: readonly Panel[]; uid: string; templating: { list: readonly { name: string }[] } };

const alerts = (
  parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')) as { groups: { rules: AlertRule[] }[] }
).groups.flatMap(({ rules }) => rules);

const expressions = [
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }): readonly [string, string] => [`panel ${title}`, expr]),
  ),
  ...alerts.map(({ alert, expr }): readonly [string, string] => [`alert ${alert}`, expr]),
];

/** Names with their label names, as the exporter writes them; `up` is Prometheus' own. */
const exported = async (): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
  const ours = [...Object.values(COUNTERS), ...Object.values(GAUGES)] as readonly {
    name: string;
    labels: object;
  }[];
  const histograms = Object.values(HISTOGRAMS).flatMap(({ name, labels }) => [
    { name: `${name}_bucket`, labels: { ...labels, le: [] } },
    { name: `${name}_sum`, labels },
    { name: `${name}_count`, labels },
  ]);
  const own = Object.values(OWN).map(({ name, labels }) => ({
    name,
    labels: Object.fromEntries(labels.map((label) => [label, []])),
  }));
  const text = await new PromTelemetry({ version: '1', policyHash: 'a' }).exposition();
  const process = [...text.matchAll(/^((?:process|nodejs)_\w+)/gm)].map(([name]) => ({ name, labels: {} }));
  const gc = { name: 'nodejs_gc_duration_seconds_sum', labels: { kind: [] } };
  return new Map(
    [...ours, ...histograms, ...own, ...process, gc, { name: 'up', labels: {} }].map(({ name, labels }) => [
      name,
      new Set([...Object.keys(labels), 'job', 'instance']),
    ]),
  );
};

describe('the reader of expressions', () => {
  it('finds metrics and labels', () => {
    const expr =
      'histogram_quantile(0.9, sum by (le, role) (rate(a_bucket{x="b_c", y!="d"}[5m]))) / max(e) > 1 or vector(0)';
    expect(metricsIn(expr)).toEqual(['a_bucket', 'e']);
    expect(labelsIn(expr)).toEqual(['le', 'role', 'x', 'y']);
  });
});

describe('every expression', () => {
  it.each(expressions)('of %s is made of metrics and labels that there are: %s', async (_where, expr) => {
    const known = await exported();
    const metrics = metricsIn(expr);
    expect(metrics.length).toBeGreaterThan(0);
    expect(metrics.filter((name) => !known.has(name))).toEqual([]);
    const labels = new Set(metrics.flatMap((name) => [...(known.get(name) ?? [])]));
    expect(labelsIn(expr).filter((label) => !labels.has(label))).toEqual([]);
  });

  it('takes rates of counters and of nothing else', () => {
    const rated = expressions.flatMap(([, expr]) =>
      [...expr.matchAll(/\b(?:rate|increase)\((\w+)/g)].map((match) => match[1] ?? ''),
    );
    expect(rated.length).toBeGreaterThan(10);
    expect(rated.filter((name) => !/_(total|bucket|sum|count)$/.test(name))).toEqual([]);
  });
});

describe('the dashboard', () => {
  const shown = panels.filter(({ type }) => type !== 'row');

  it('can be imported anywhere: a name that stays, and a data source that is chosen', () => {
    expect(uid).toBe('oboro-overview');
    expect(templating.list.map(({ name }) => name)).toEqual(['datasource']);
    expect(JSON.stringify(panels)).not.toMatch(/"uid":"(?!\$\{datasource\})/);
  });

  it('explains every panel', () => {
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter(({ description = '' }) => !description.endsWith('.'))).toEqual([]);
  });

  it('has room for every panel', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), `${title} at ${x} ${y}`).toBe(false);
          expect(x).toBeLessThan(24);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  it('shows every metric of the table', async () => {
    const text = expressions.map(([, expr]) => expr).join(' ');
    const own = [...(await exported()).keys()].filter((name) => name.startsWith('oboro_'));
    const base = new Set(own.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect([...base].filter((name) => !text.includes(name))).toEqual([]);
  });

  it('G-15 names nothing by a partition of the gate', () => {
    const byPartition = expressions.filter(([, expr]) => labelsIn(expr).includes('partition'));
    expect(byPartition.map(([where]) => where)).toEqual(['panel Event time behind, by partition']);
  });
});

describe('the alerts', () => {
  it('say what is wrong and what to do', () => {
    expect(alerts.length).toBeGreaterThan(8);
    for (const { alert, labels, annotations } of alerts) {
      expect(alert).toMatch(/^Oboro[A-Z]\w+$/);
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\.$/);
      expect(annotations.action.length).toBeGreaterThan(20);
    }
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });
});
