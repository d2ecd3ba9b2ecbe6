/** The charts of visits: by hour, by rung, by dwell, the stores with most visits, and where visitors went next. */
import type { DwellSum, ReportData, RungSum, StoreSum, TransitionSum } from '../query/report-data.ts';
import { renderBars } from './bar-list.ts';
import { renderNumbers } from './data-table.ts';
import { count, counted, dwellBin } from './format.ts';
import { renderHours } from './hour-columns.ts';
import type { Content, Markup } from './markup.ts';
import { markup, properName } from './markup.ts';

const SECOND_MS = 1_000;
/** More flows than this stand in the table only. */
const MOST_FLOWS = 12;
const MOST_MERGED = 3;
const MERGED_SAYS =
  'A bin too small to show is merged with its neighbour: those visitors stand in the paler, wider bins and nowhere else.';

/** One chart with its heading, what it says, and a word when it has nothing to show. */
interface Chart {
  readonly title: string;
  readonly says: Content;
  readonly body: Content;
  readonly empty: boolean;
}

export const renderVisitCharts = (data: ReportData): Markup => markup`<div class="pair">
${renderChart(hoursChart(data))}
${renderChart(dwellChart(data.dwell, data.run.policy.gate.dwellEdgesMs))}
${renderChart(storesChart(data.topStores))}
${renderChart(transitionsChart(data.transitions))}
</div>`;

export const renderChart = ({ title, says, body, empty }: Chart): Markup => markup`<section class="chart">
<h3>${title}</h3>
<p>${says}</p>
${empty ? markup`<p class="empty">No row of this kind was released.</p>` : body}
</section>`;

const hoursChart = ({ hours, rungs, days }: ReportData): Chart => {
  const coarser = rungs.filter(({ unitKind, windowKind }) => unitKind !== 'store' || windowKind !== 'hour');
  const visitors = coarser.reduce((sum, rung) => sum + rung.visitors, 0);
  return {
    title: 'Visitors by hour',
    says: markup`Rows of one store and one hour${days.length > 1 ? `, summed over ${counted(days.length, 'day')}` : ''}. ${
      visitors > 0
        ? `Another ${counted(visitors, 'visitor')} are known by daypart, day or area only and stand in no column.`
        : ''
    }`,
    body: renderHours(hours),
    empty: hours.every((hour) => hour.visitors === null),
  };
};

/** Bins that the policy's edges do not part as they are: neighbours merged because one was too small. */
const isMerged = ({ fromS, toS }: DwellSum, edgesS: readonly number[]): boolean =>
  edgesS.some((edge) => edge > fromS && edge < (toS ?? Infinity));

const widestFirst = (a: DwellSum, b: DwellSum): number => b.visitors - a.visitors;

const dwellChart = (dwell: readonly DwellSum[], edgesMs: readonly number[]): Chart => {
  const edgesS = edgesMs.map((edge) => edge / SECOND_MS);
  const exact = dwell.filter((bin) => !isMerged(bin, edgesS));
  const merged = dwell.filter((bin) => isMerged(bin, edgesS));
  const drawn = new Set([...merged].sort(widestFirst).slice(0, MOST_MERGED));
  return {
    title: 'How long they stayed',
    says: ['Visitors per dwell bin.', merged.length > 0 ? MERGED_SAYS : null, restOf(merged, drawn)].map(
      (part) => (part === null ? null : `${part} `),
    ),
    body: markup`${renderBars('Visitors per dwell bin', [
      ...exact.map((bin) => ({ name: dwellBin(bin.fromS, bin.toS), value: bin.visitors })),
      ...merged
        .filter((bin) => drawn.has(bin))
        .map((bin) => ({
          name: markup`${dwellBin(bin.fromS, bin.toS)} <span class="quiet">merged</span>`,
          value: bin.visitors,
          aside: true,
        })),
    ])}${renderNumbers(dwellTable(dwell))}`,
    empty: dwell.length === 0,
  };
};

const restOf = (merged: readonly DwellSum[], drawn: ReadonlySet<DwellSum>): string | null => {
  const rest = merged.reduce((sum, bin) => (drawn.has(bin) ? sum : sum + bin.visitors), 0);
  return rest === 0 ? null : `Another ${count(rest)} are in merged bins that only the table lists.`;
};

const dwellTable = (dwell: readonly DwellSum[]) => ({
  caption: 'Visitors per dwell bin',
  columns: [
    { title: 'Bin' },
    { title: 'From (s)', numeric: true },
    { title: 'To (s)', numeric: true },
    { title: 'Visitors', numeric: true },
  ],
  rows: dwell.map(({ fromS, toS, visitors }) => [
    dwellBin(fromS, toS),
    count(fromS),
    toS === null ? 'open' : count(toS),
    count(visitors),
  ]),
});

const storesChart = (stores: readonly StoreSum[]): Chart => ({
  title: 'Stores with most visits',
  says: 'Released visits, with the hours that the released rows cover: a store with fewer hours shown may only look quieter.',
  body: markup`${renderBars(
    'Released visits per store',
    stores.map(({ name, category, visits, hoursCovered }) => ({
      name: properName(name),
      note: markup`${category === '' ? null : markup`${properName(category)}, `}${count(hoursCovered)} h`,
      value: visits,
    })),
  )}${renderNumbers({
    caption: 'Stores with most released visits',
    columns: [
      { title: 'Store' },
      { title: 'Id' },
      { title: 'Category' },
      { title: 'Visits', numeric: true },
      { title: 'Visitor-windows', numeric: true },
      { title: 'Hours covered', numeric: true },
    ],
    rows: stores.map((store) => [
      properName(store.name),
      markup`<code>${store.id}</code>`,
      properName(store.category),
      count(store.visits),
      count(store.visitors),
      count(store.hoursCovered),
    ]),
  })}`,
  empty: stores.length === 0,
});

const fromName = ({ from }: TransitionSum): Content =>
  from === null ? 'any store of an area' : properName(from);
const toName = ({ to }: TransitionSum): Content =>
  to === null ? 'elsewhere or no next visit' : properName(to);

/** Only flows to a named category are drawn; what went elsewhere would dwarf them and says little. */
const transitionsChart = (transitions: readonly TransitionSum[]): Chart => {
  const named = transitions.filter(({ to }) => to !== null);
  const elsewhere = transitions.reduce((sum, { to, visitors }) => (to === null ? sum + visitors : sum), 0);
  return {
    title: 'Where they went next',
    says: markup`From the category of a store to the category of the next one. ${
      elsewhere > 0 ? `Another ${count(elsewhere)} went elsewhere, or had no next visit.` : null
    }`,
    body: markup`${renderBars(
      'Visitors from category to category',
      named.slice(0, MOST_FLOWS).map((transition) => ({
        name: markup`${fromName(transition)} <span class="to">→</span> ${toName(transition)}`,
        value: transition.visitors,
      })),
    )}${renderNumbers({
      caption: 'Visitors from category to category',
      columns: [{ title: 'From' }, { title: 'To' }, { title: 'Visitors', numeric: true }],
      rows: transitions.map((transition) => [
        fromName(transition),
        toName(transition),
        count(transition.visitors),
      ]),
    })}`,
    empty: transitions.length === 0,
  };
};

const UNIT_WORDS: Readonly<Record<RungSum['unitKind'], string>> = {
  store: 'one store',
  cell: 'cell',
  region: 'region',
  section: 'section',
  site: 'site',
};
const WINDOW_WORDS: Readonly<Record<RungSum['windowKind'], string>> = {
  hour: 'hour',
  daypart: 'daypart',
  day: 'day',
};

const rungName = ({ unitKind, resolution, windowKind }: RungSum): string =>
  `${UNIT_WORDS[unitKind]}${unitKind === 'cell' || unitKind === 'region' ? ` (r${String(resolution)})` : ''} × ${WINDOW_WORDS[windowKind]}`;

/** Visits by rung: what could be shown per store and hour, and what only for wider areas and longer windows. */
export const renderRungs = (rungs: readonly RungSum[]): Markup =>
  renderChart({
    title: 'How finely visits could be shown',
    says: 'Each visit stands in exactly one released row, on the finest rung where enough people met. What never met enough people is in no row.',
    body: markup`${renderBars(
      'Released visits per rung',
      rungs.map((rung) => ({ name: rungName(rung), note: counted(rung.rows, 'row'), value: rung.visits })),
    )}${renderNumbers({
      caption: 'Released visits per rung',
      columns: [
        { title: 'Rung' },
        { title: 'Rows', numeric: true },
        { title: 'Visits', numeric: true },
        { title: 'Visitor-windows', numeric: true },
      ],
      rows: rungs.map((rung) => [rungName(rung), count(rung.rows), count(rung.visits), count(rung.visitors)]),
    })}`,
    empty: rungs.length === 0,
  });
