/** What the run itself reports: what was dropped and why, rows per table, files and the next commands. */
import { DROP_REASONS, QUARANTINE_REASONS, UNCOUNTED_REASONS } from '../model/reasons.ts';
import type {
  EventCounts,
  Field,
  NamedPath,
  NextCommand,
  RunFacts,
  TableRows,
} from '../query/report-data.ts';
import { renderTable } from './data-table.ts';
import { count, share } from './format.ts';
import type { Content, Markup } from './markup.ts';
import { markup } from './markup.ts';

interface ReasonRow {
  readonly outcome: string;
  readonly reason: string;
  readonly sentence: string;
  readonly events: number;
}

const rowsOf = <R extends string>(
  outcome: string,
  counts: Readonly<Partial<Record<R, number>>>,
  sentences: Readonly<Record<R, string>>,
): readonly ReasonRow[] =>
  (Object.keys(sentences) as R[])
    .map((reason) => ({ outcome, reason, sentence: sentences[reason], events: counts[reason] ?? 0 }))
    .filter(({ events }) => events > 0)
    .sort((a, b) => b.events - a.events);

const sumOf = (counts: Readonly<Partial<Record<string, number>>>): number =>
  Object.values(counts).reduce<number>((sum, n) => sum + (n ?? 0), 0);

export const renderOutcomes = (events: EventCounts): Markup => {
  const rows = [
    ...rowsOf('dropped', events.dropped, DROP_REASONS),
    ...rowsOf('quarantined', events.quarantined, QUARANTINE_REASONS),
    ...rowsOf('not counted', events.uncounted, UNCOUNTED_REASONS),
  ];
  return markup`${renderOutcomeBar(events)}
${rows.length === 0 ? markup`<p class="empty">Nothing was dropped or quarantined.</p>` : reasonTable(rows)}
<p class="quiet">Exact counts of events, for the operator of this run; they are no released numbers. Leave this section out when the page is handed on.</p>`;
};

const renderOutcomeBar = ({ read, kept, dropped, quarantined }: EventCounts): Content => {
  if (read === 0) return null;
  const parts = [
    { name: 'kept', n: kept },
    { name: 'dropped', n: sumOf(dropped) },
    { name: 'quarantined', n: sumOf(quarantined) },
  ];
  return markup`<div class="split" aria-hidden="true">${parts.map(({ name, n }) => markup`<i class="${name}" style="flex-grow:${n}"></i>`)}</div>
<ul class="legend">${parts.map(({ name, n }) => markup`<li><span class="swatch ${name}"></span>${name} ${count(n)} <span class="quiet">${share(n, read)}</span></li>`)}</ul>`;
};

const reasonTable = (rows: readonly ReasonRow[]): Markup =>
  renderTable({
    caption: 'What was set aside and why',
    columns: [
      { title: 'Reason' },
      { title: 'Events', numeric: true },
      { title: 'What it means' },
      { title: 'Outcome' },
    ],
    rows: rows.map(({ outcome, reason, sentence, events }) => [
      markup`<code>${reason}</code>`,
      count(events),
      sentence,
      outcome,
    ]),
  });

export const renderTableRows = (rows: readonly TableRows[]): Markup =>
  rows.length === 0
    ? markup`<p class="empty">No table was written.</p>`
    : renderTable({
        caption: 'Rows per table',
        columns: [
          { title: 'Table' },
          { title: 'Released', numeric: true },
          { title: 'Withheld', numeric: true },
        ],
        rows: rows.map(({ table, released, withheld }) => [
          markup`<code>${table}</code>`,
          count(released),
          withheld === 0 ? '–' : count(withheld),
        ]),
      });

export const renderBeforeAfter = ({ beforeAfter }: RunFacts): Content => {
  if (beforeAfter === null) return null;
  const { raw, left, released } = beforeAfter;
  return markup`<section aria-labelledby="before-after">
<h2 id="before-after">One fix, before and after</h2>
<p>From the simulated sample: one position as a terminal sent it, and all that is left of it.</p>
<div class="before-after">
<div class="panel"><h3>What came in</h3>${renderFields(raw)}<p class="quiet">Kept only sealed, and only until its visit is decided.</p></div>
<div class="panel"><h3>What looks up nearby shops</h3>${renderFields(left)}<p class="quiet">Pseudonymous and restricted, not anonymous; gone when it expires.</p></div>
<div class="panel"><h3>What analysts see</h3>${released === null ? markup`<p class="sentence">Nothing. Too few people met for any row to hold it.</p>` : markup`<p class="sentence">${released}</p>`}<p class="quiet">A released row; nobody can be taken out of it again.</p></div>
</div>
</section>`;
};

const renderFields = (fields: readonly Field[]): Markup =>
  markup`<dl class="record">${fields.map(({ name, value }) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

export const renderFiles = (files: readonly NamedPath[]): Content =>
  files.length === 0
    ? null
    : markup`<dl class="facts files">${files.map(({ path, holds }) => markup`<div><dt><code>${path}</code></dt><dd>${holds}</dd></div>`)}</dl>`;

export const renderNext = (next: readonly NextCommand[]): Content =>
  next.length === 0
    ? null
    : markup`<ol class="next">${next.map(({ command, does }) => markup`<li><p>${does}</p><pre><code>${command}</code></pre></li>`)}</ol>`;

/** How the events ended, in a few words. */
export const keptText = ({ read, kept, dropped, quarantined }: EventCounts): string =>
  read === 0
    ? 'nothing was read'
    : `${share(kept, read)} kept, ${share(sumOf(dropped), read)} dropped, ${share(sumOf(quarantined), read)} quarantined`;
