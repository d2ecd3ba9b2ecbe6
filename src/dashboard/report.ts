/** The report of a run: one static page that needs no network and no script. */
import type { ReportData, RunFacts } from '../query/report-data.ts';
import { renderMaps } from './cell-map.ts';
import { count, counted, daySpan, share, timeText } from './format.ts';
import type { Content, Markup } from './markup.ts';
import { markup, render, verbatim } from './markup.ts';
import { renderLimits, renderParameters, renderParameterStrip } from './parameters.ts';
import {
  keptText,
  renderBeforeAfter,
  renderFiles,
  renderNext,
  renderOutcomes,
  renderTableRows,
} from './run-facts.ts';
import { STYLE } from './style.ts';
import { renderRungs, renderVisitCharts } from './visit-charts.ts';

/** Nothing may be loaded and nothing run; styles are in the page. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * Renders the report as one HTML document.
 *
 * Everything from outside (store names, categories, paths) is escaped. Numbers come from released rows; what is
 * withheld looks the same wherever it is fewer than k, zero or no data.
 *
 * @guarantee G-13
 */
export const renderReport = (data: ReportData): string => {
  const { run } = data;
  const title = `oboro report, ${daySpan(data.days)}`;
  return render(markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="oboro ${run.version}">
<title>${title}</title>
<style>${verbatim(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">To the numbers</a>
${renderHeader(data)}
${renderParameterStrip(run.policy)}
<main id="main">
${renderHeadline(data)}
<section aria-labelledby="map"><h2 id="map">Where</h2>
${renderMaps({ map: data.map, stores: run.stores, k: run.policy.gate.k })}</section>
${renderBeforeAfter(run)}
<section aria-labelledby="visits"><h2 id="visits">When, how long, where next</h2>
${renderVisitCharts(data)}</section>
${renderRelease(data)}
<section aria-labelledby="limits"><h2 id="limits">What you may not conclude</h2>
${renderLimits(run.policy)}</section>
<section aria-labelledby="outcomes"><h2 id="outcomes">What was dropped and why</h2>
${renderOutcomes(run.events)}</section>
${renderOnwards(run)}
</main>
<footer><p>Made ${timeText(run.madeAt)} by oboro ${run.version}. This page loads nothing and runs nothing.</p></footer>
</body>
</html>
`);
};

const renderHeader = ({ run, days }: ReportData): Markup => markup`<header>
<p class="mark"><b>oboro</b> <span lang="ja">朧</span>${run.simulated ? markup` <span class="badge">simulated data</span>` : null}</p>
<h1>Report of a run</h1>
${renderLead(run, days)}
</header>`;

/** What was read, and from when to when. */
const renderLead = ({ input, span }: RunFacts, days: readonly string[]): Markup => {
  const when =
    span === null
      ? daySpan(days)
      : markup`<span class="together">${timeText(span.from)}</span> to <span class="together">${timeText(span.to)}</span>`;
  return markup`<p class="lead">${input.charAt(0).toUpperCase()}${input.slice(1)}: ${when}.</p>`;
};

interface Headline {
  readonly value: Content;
  readonly name: string;
  readonly note: string;
}

const renderHeadline = ({ totals, storeDays, run }: ReportData): Markup => {
  const { listed, shown, storesShown } = storeDays;
  const figures: readonly Headline[] = [
    {
      value: count(totals.visits),
      name: 'visits released',
      note: `${count(totals.visitorWindows)} visitor-windows`,
    },
    {
      value: count(storesShown),
      name: 'stores shown',
      note: `of ${counted(run.stores.length, 'listed store')}`,
    },
    {
      value: count(totals.passing),
      name: 'people in passing',
      note: 'outside any stay, summed over windows',
    },
    {
      value: share(listed - shown, listed),
      name: 'of store-days withheld',
      note: `${count(listed - shown)} of ${count(listed)}: too few, zero or no data`,
    },
    { value: count(run.events.read), name: 'events read', note: keptText(run.events) },
  ];
  return markup`<section aria-labelledby="headline"><h2 id="headline" class="hidden">In short</h2>
<ul class="headline">${figures.map(({ value, name, note }) => markup`<li><span class="figure">${value}</span><b>${name}</b><small>${note}</small></li>`)}</ul></section>`;
};

const renderRelease = ({ rungs, run }: ReportData): Markup => markup`<section aria-labelledby="release">
<h2 id="release">What was released</h2>
<div class="pair">
${renderRungs(rungs)}
<section class="chart"><h3>Rows per table</h3><p>Withheld rows are written for visits by store and day only. In every other table a listed key without a row is withheld: too few, zero and no data look alike.</p>
${renderTableRows(run.rows)}</section>
</div>
<h3>Under these parameters</h3>
${renderParameters(run.policy, run.policyHash)}
</section>`;

const renderOnwards = ({ files, next }: RunFacts): Content =>
  files.length + next.length === 0
    ? null
    : markup`<section aria-labelledby="onwards"><h2 id="onwards">Files and next steps</h2>
<div class="onwards">${renderNext(next)}${renderFiles(files)}</div></section>`;
