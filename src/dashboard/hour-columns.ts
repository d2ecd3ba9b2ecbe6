/** Visitors by hour of the day as upright columns; an hour without a released row is hatched, not empty. */
import type { HourSum } from '../query/report-data.ts';
import { renderNumbers } from './data-table.ts';
import { count, countOrWithheld, hourOfDay } from './format.ts';
import type { Markup } from './markup.ts';
import { markup } from './markup.ts';

/** Every so many hours the axis is written. */
const AXIS_STEP = 3;
const AXIS_LINES = 4;

export const renderHours = (hours: readonly HourSum[]): Markup => {
  const most = Math.max(0, ...hours.map(({ visitors }) => visitors ?? 0));
  const top = niceTop(most);
  const released = hours.filter(({ visitors }) => visitors !== null).length;
  const label = `Visitors by hour of the day: ${String(released)} of ${String(hours.length)} hours have released rows; the highest column is ${count(most)}.`;
  return markup`<div class="columns" role="img" aria-label="${label}">
<div class="axis">${axisValues(top).map((value) => markup`<span>${count(value)}</span>`)}</div>
<div class="plot">${hours.map((hour) => renderColumn(hour, top))}</div>
<div class="hours">${hours.map(({ hour }, index) => markup`<span>${index % AXIS_STEP === 0 ? String(hour).padStart(2, '0') : ''}</span>`)}</div>
</div>
<ul class="legend"><li><span class="swatch solid"></span>visitors</li><li><span class="swatch hatched"></span>fewer than k, zero or no data: not shown</li></ul>
${renderNumbers({
  caption: 'Visitors by hour, rows of one store and one hour',
  columns: [{ title: 'Hour' }, { title: 'Visitors', numeric: true }, { title: 'Rows', numeric: true }],
  rows: hours.map(({ hour, visitors, rows }) => [hourOfDay(hour), countOrWithheld(visitors), count(rows)]),
})}`;
};

const renderColumn = ({ hour, visitors }: HourSum, top: number): Markup =>
  visitors === null
    ? markup`<i class="hatched" title="${hourOfDay(hour)}: withheld"></i>`
    : markup`<i style="height:${((visitors / top) * 100).toFixed(1)}%" title="${hourOfDay(hour)}: ${count(visitors)}"></i>`;

/** The least of 1, 2, 2.5, 4, 5 times a power of ten, times the axis lines, that holds the highest column. */
export const niceTop = (most: number): number => {
  const step = Math.max(1, most / AXIS_LINES);
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 2.5, 4, 5, 10].find((candidate) => candidate * power >= step) ?? 10;
  return Math.ceil(factor * power) * AXIS_LINES;
};

const axisValues = (top: number): readonly number[] =>
  Array.from({ length: AXIS_LINES + 1 }, (_, index) => top - (index * top) / AXIS_LINES);
