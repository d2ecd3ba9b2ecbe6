/** The maps: hexagons in a few classes of colour, all that is withheld hatched alike, stores as points. */
import type { CellMap, ListedStore, MapCell } from '../query/report-data.ts';
import type { ValueClass } from './class-breaks.ts';
import { classesOf, classOf, rampStep } from './class-breaks.ts';
import { renderNumbers } from './data-table.ts';
import { count, countOrWithheld, counted, distance } from './format.ts';
import { renderLocator } from './locator.ts';
import type { MapFrame } from './map-frame.ts';
import { frameFor } from './map-frame.ts';
import type { Content, Markup } from './markup.ts';
import { markup } from './markup.ts';

/** Colours of the ramp in the style sheet, `c0` … */
const RAMP_STEPS = 5;
/** With more hexagons than this a number does not fit into each. */
const MOST_LABELLED = 90;

/** What one map paints. */
interface Measure {
  readonly id: string;
  readonly title: string;
  readonly noun: readonly [one: string, many: string];
  readonly says: string;
  readonly of: (cell: MapCell) => number | null;
  readonly wider: number;
}

interface MapParts {
  readonly map: CellMap;
  readonly stores: readonly ListedStore[];
  readonly k: number;
}

export const renderMaps = (parts: MapParts): Markup => {
  const { map } = parts;
  const measures: readonly Measure[] = [
    {
      id: 'visits',
      title: 'Visits to stores',
      noun: ['visit', 'visits'],
      says: 'Stays long enough to be a visit, in the cell of the store.',
      of: (cell) => cell.visits,
      wider: map.widerVisits,
    },
    {
      id: 'passing',
      title: 'People in passing',
      noun: ['passing', 'passings'],
      says: 'People seen in the cell outside any stay, summed over dayparts.',
      of: (cell) => cell.passing,
      wider: map.widerPassing,
    },
  ];
  if (map.cells.length === 0)
    return markup`<p class="empty">No store is listed and no cell was released, so there is no place to draw.</p>`;
  const frame = frameFor(map.cells.map(({ cell }) => cell));
  return markup`<div class="maps">${measures.map((measure) => renderMap(measure, frame, parts))}</div>
<div class="under-maps">${renderLocator(
    map.cells.map(({ cell }) => cell),
    frame.prefectures,
  )}<p>Hexagons are H3 cells of resolution ${map.resolution}; dots are the ${counted(parts.stores.length, 'listed store')}. A number in a hexagon is what was released there, summed over the days of the run.</p></div>
${renderNumbers(cellTable(map))}`;
};

const renderMap = (measure: Measure, frame: MapFrame, { map, stores, k }: MapParts): Markup => {
  const values = map.cells.flatMap((cell) => measure.of(cell) ?? []);
  const classes = classesOf(values, RAMP_STEPS);
  const label = `${measure.title}: ${counted(values.length, 'cell')} of ${count(map.cells.length)} released, the others withheld. The table below holds the numbers.`;
  const points = storePoints(stores, frame);
  return markup`<figure class="map">
<figcaption><h3>${measure.title}</h3><p>${measure.says}</p></figcaption>
<div class="sheet"><svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${label}">
<defs><pattern id="hatch-${measure.id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><path class="hatch-line" d="M1 0v6"/></pattern></defs>
${frame.outline === '' ? null : markup`<path class="land" d="${frame.outline}"/>`}
<path class="rim" d="${map.cells.map(({ cell }) => frame.cellPath(cell)).join('')}"/>
${map.cells.map((cell) => renderCell(cell, { measure, frame, classes }))}
<path class="stores halo" d="${points}"/><path class="stores" d="${points}"/>
${map.cells.length > MOST_LABELLED ? null : map.cells.map((cell) => renderLabel(cell, { measure, frame, classes }))}
</svg>${renderBar(frame)}</div>
${renderLegend(classes, measure, k)}
${measure.wider > 0 ? markup`<p class="quiet">Beyond this map: ${counted(measure.wider, ...measure.noun)} in rows for wider areas, which stand in no hexagon.</p>` : null}
</figure>`;
};

interface Paint {
  readonly measure: Measure;
  readonly frame: MapFrame;
  readonly classes: readonly ValueClass[];
}

const stepOf = (value: number, classes: readonly ValueClass[]): number =>
  rampStep(classOf(classes, value), classes.length, RAMP_STEPS);

const renderCell = (cell: MapCell, { measure, frame, classes }: Paint): Markup => {
  const value = measure.of(cell);
  const d = frame.cellPath(cell.cell);
  if (value === null)
    return markup`<path class="withheld" fill="url(#hatch-${measure.id})" d="${d}"><title>${cell.cell}: withheld</title></path>
`;
  return markup`<path class="c${stepOf(value, classes)}" d="${d}"><title>${cell.cell}: ${counted(value, ...measure.noun)}</title></path>
`;
};

const renderLabel = (cell: MapCell, { measure, frame, classes }: Paint): Content => {
  const value = measure.of(cell);
  if (value === null) return null;
  const centre = centreOf(frame.cellPath(cell.cell));
  return markup`<text class="t${stepOf(value, classes)}" x="${centre.x}" y="${centre.y}" aria-hidden="true">${count(value)}</text>
`;
};

/** Mean of a path's corners; exact enough for a convex hexagon. */
const centreOf = (d: string): { readonly x: string; readonly y: string } => {
  const corners = [...d.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  const mean = (pick: 0 | 1): string =>
    (corners.reduce((sum, corner) => sum + corner[pick], 0) / Math.max(1, corners.length)).toFixed(1);
  return { x: mean(0), y: mean(1) };
};

/** All stores as one path of points: lines of no length with round caps. */
const storePoints = (stores: readonly ListedStore[], frame: MapFrame): string =>
  stores
    .flatMap(({ lat, lng }) => {
      const point = frame.point([lng, lat]);
      return point === null ? [] : `M${point[0].toFixed(1)} ${point[1].toFixed(1)}h0`;
    })
    .join('');

const renderBar = ({ bar }: MapFrame): Content =>
  bar.metres === 0
    ? null
    : markup`<div class="scale-bar" style="width:${(bar.share * 100).toFixed(2)}%"><span>${distance(bar.metres)}</span></div>`;

const renderLegend = (
  classes: readonly ValueClass[],
  measure: Measure,
  k: number,
): Markup => markup`<ul class="legend">
${classes.map(
  ({ from, to }, index) =>
    markup`<li><span class="swatch c${rampStep(index, classes.length, RAMP_STEPS)}"></span>${from === to ? count(from) : `${count(from)}–${count(to)}`}${index === classes.length - 1 ? ` ${measure.noun[1]}` : null}</li>`,
)}
<li><span class="swatch hatched"></span>fewer than ${k}, zero or no data: not shown</li>
</ul>`;

const cellTable = (map: CellMap) => ({
  caption: `Released numbers by cell (H3 resolution ${String(map.resolution)})`,
  columns: [
    { title: 'Cell' },
    { title: 'Visits', numeric: true },
    { title: 'In passing', numeric: true },
    { title: 'Listed stores', numeric: true },
  ],
  rows: [...map.cells]
    .sort((a, b) => (b.visits ?? -1) - (a.visits ?? -1) || (b.passing ?? -1) - (a.passing ?? -1))
    .map(({ cell, visits, passing, stores }) => [
      markup`<code>${cell}</code>`,
      countOrWithheld(visits),
      countOrWithheld(passing),
      count(stores),
    ]),
});
