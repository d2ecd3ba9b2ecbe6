/** Ranked bars: a name, a bar and its number in each line, as a list that reads well aloud. */
import { count } from './format.ts';
import type { Content, Markup } from './markup.ts';
import { markup } from './markup.ts';

export interface Bar {
  readonly name: Content;
  /** A few words under the name. */
  readonly note?: Content;
  readonly value: number;
  /** Drawn paler: not of the same kind as the others. */
  readonly aside?: boolean;
}

/** @param label says what the numbers are */
export const renderBars = (label: string, bars: readonly Bar[]): Markup => {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return markup`<ol class="bars" aria-label="${label}">
${bars.map((bar) => renderBar(bar, most))}</ol>`;
};

const renderBar = (
  { name, note, value, aside }: Bar,
  most: number,
): Markup => markup`<li${aside === true ? markup` class="aside"` : null}><span class="name">${name}${note === undefined || note === null ? null : markup` <small>${note}</small>`}</span><span class="bar"><i style="width:${((value / most) * 100).toFixed(1)}%"></i></span><span class="value">${count(value)}</span></li>
`;
