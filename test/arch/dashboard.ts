/** Writes deploy/grafana/dashboards/oboro-overview.json from its panels, in the form that Grafana reads. */
import type { Panel, PanelRow } from './dashboard-panels.ts';
import { PANEL_ROWS } from './dashboard-panels.ts';

const COLUMNS = 24;
const HEIGHT = { number: 4, lines: 8, areas: 8 } as const;
const SOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

type Json = Readonly<Record<string, unknown>>;

const targetsOf = ({ queries, kind }: Panel): readonly Json[] =>
  queries.map(({ expr, legend }, i) => ({
    refId: String.fromCharCode(65 + i),
    datasource: SOURCE,
    expr,
    legendFormat: legend,
    ...(kind === 'number' ? { instant: true, range: false } : {}),
  }));

const stepsOf = ({ redFrom, redBelow }: Panel): readonly Json[] => {
  if (redFrom !== undefined) return [step('green', null), step('red', redFrom)];
  if (redBelow !== undefined) return [step('red', null), step('green', redBelow)];
  return [step('text', null)];
};

const step = (color: string, value: number | null): Json => ({ color, value });

const numberBody = (panel: Panel): Json => ({
  type: 'stat',
  options: {
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    colorMode: panel.redFrom === undefined && panel.redBelow === undefined ? 'none' : 'value',
    graphMode: 'none',
  },
  fieldConfig: {
    defaults: { unit: panel.unit, thresholds: { mode: 'absolute', steps: stepsOf(panel) } },
    overrides: [],
  },
});

const graphBody = ({ unit, kind }: Panel): Json => ({
  type: 'timeseries',
  options: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  fieldConfig: {
    defaults: {
      unit,
      min: 0,
      custom: {
        drawStyle: 'line',
        lineWidth: 1,
        fillOpacity: kind === 'areas' ? 20 : 0,
        showPoints: 'never',
        stacking: { mode: kind === 'areas' ? 'normal' : 'none', group: 'A' },
      },
    },
    overrides: [],
  },
});

const panelOf = (panel: Panel, id: number, gridPos: Place): Json => ({
  id,
  title: panel.title,
  description: panel.meaning,
  datasource: SOURCE,
  gridPos,
  targets: targetsOf(panel),
  ...(panel.kind === 'number' ? numberBody(panel) : graphBody(panel)),
});

/** Rows one below the other; panels beside each other as long as there is room. */
const laidOut = (rows: readonly PanelRow[]): readonly Json[] => {
  const placed: Json[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    placed.push({
      id: placed.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let high = 0;
    for (const panel of panels) {
      if (x + panel.width > COLUMNS) [x, y, high] = [0, y + high, 0];
      const h = HEIGHT[panel.kind];
      placed.push(panelOf(panel, placed.length + 1, { x, y, w: panel.width, h }));
      x += panel.width;
      high = Math.max(high, h);
    }
    y += high;
  }
  return placed;
};

const dashboard = (): Json => ({
  uid: 'oboro-overview',
  title: 'oboro: overview',
  description: 'The workers of a stream at a glance. What each metric means: docs/metrics.md.',
  tags: ['oboro'],
  schemaVersion: 41,
  version: 1,
  editable: false,
  graphTooltip: 1,
  refresh: '30s',
  timezone: 'browser',
  time: { from: 'now-3h', to: 'now' },
  templating: {
    list: [
      {
        name: 'datasource',
        type: 'datasource',
        query: 'prometheus',
        label: 'Data source',
        hide: 0,
        refresh: 1,
      },
    ],
  },
  annotations: { list: [] },
  links: [],
  panels: laidOut(PANEL_ROWS),
});

/** The file; lists of one text stand on one line, as the formatter has them. */
export const dashboardJson = (): string =>
  `${JSON.stringify(dashboard(), null, 2).replace(/\[\n\s+("[^"\n]*")\n\s+\]/g, '[$1]')}\n`;
