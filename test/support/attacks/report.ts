/** The attack report: all scores of a run as JSON, Markdown and one self-contained page. */
import type { Adversary, AttackTier, Ratchet, Score, ScoreLine } from './score.ts';

export interface ReportedScore extends Score {
  /** The score that a later run must not be worse than; null where there is none. */
  readonly recorded: number | null;
  readonly problems: readonly string[];
}

export interface AttackReport {
  /** Of which city, in words. */
  readonly city: string;
  readonly scores: readonly ReportedScore[];
  readonly adversaries: readonly Adversary[];
}

/** The report of a run's lines; a score recorded twice is the last one. */
export const reportOf = (city: string, lines: readonly ScoreLine[], ratchet: Ratchet): AttackReport => {
  const scores = new Map<string, ReportedScore>();
  const adversaries = new Map<string, Adversary>();
  for (const line of lines) {
    if (line.kind === 'adversary') adversaries.set(line.adversary.name, line.adversary);
    else {
      const { score, problems } = line;
      scores.set(score.id, { ...score, problems, recorded: ratchet[score.id] ?? null });
    }
  }
  const byName =
    <T>(name: (item: T) => string) =>
    (a: T, b: T) =>
      name(a) < name(b) ? -1 : 1;
  return {
    city,
    scores: [...scores.values()].sort(byName(({ id }) => id)),
    adversaries: [...adversaries.values()].sort(byName(({ name }) => name)),
  };
};

export const TIERS: readonly AttackTier[] = ['threshold', 'perturbed', 'dp', 'stream'];

const TIER_TITLES: Readonly<Record<AttackTier, string>> = {
  threshold: 'Released tables, tier threshold',
  perturbed: 'Released tables, tier perturbed (default)',
  dp: 'Released tables, tier dp',
  stream: 'Sanitized locations and other streams',
};

/** Four significant digits at most; nothing for what is not there. */
export const shown = (n: number | null | undefined): string =>
  n === null || n === undefined ? '' : String(Number(n.toPrecision(4)));

const HEADS = ['attack', 'measure', 'value', 'weakened', 'guess', 'bound', 'recorded', 'better'] as const;

const cellsOf = (score: ReportedScore, titleOf: (name: string) => string): readonly string[] => [
  titleOf(score.adversary),
  score.measure,
  shown(score.value),
  shown(score.control),
  shown(score.guess),
  shown(score.bound),
  shown(score.recorded),
  score.better,
];

const COLUMNS = [
  'value: against the product',
  'weakened: the same attack against a deliberately weakened system, which it must beat',
  'guess: the best one can do without any data',
  'bound: the worst that is allowed at all',
  'recorded: the score of test/attacks/scores.json; a worse one fails the build',
] as const;

const titles = ({ adversaries }: AttackReport) => {
  const byName = new Map(adversaries.map(({ name, title }) => [name, title]));
  return (name: string): string => byName.get(name) ?? name;
};

const ofTier = ({ scores }: AttackReport, tier: AttackTier): readonly ReportedScore[] =>
  scores.filter((score) => score.tier === tier);

const verdict = ({ scores }: AttackReport): string => {
  const failed = scores.filter(({ problems }) => problems.length > 0);
  return failed.length === 0
    ? `${scores.length} scores, none of them failed`
    : `${scores.length} scores, ${failed.length} FAILED: ${failed.map(({ id }) => id).join(', ')}`;
};

export const asJson = (report: AttackReport): string => `${JSON.stringify(report, null, 2)}\n`;

const markdownRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export const asMarkdown = (report: AttackReport): string => {
  const titleOf = titles(report);
  const tables = TIERS.filter((tier) => ofTier(report, tier).length > 0).flatMap((tier) => [
    `## ${TIER_TITLES[tier]}`,
    '',
    markdownRow(HEADS),
    markdownRow(HEADS.map(() => '---')),
    ...ofTier(report, tier).map((score) => markdownRow(cellsOf(score, titleOf))),
    '',
  ]);
  return [
    '# How oboro was attacked',
    '',
    `${report.city}. All people in it are simulated. ${verdict(report)}.`,
    '',
    ...COLUMNS.map((text) => `- ${text}`),
    '',
    ...tables,
    '## The attacks',
    '',
    ...report.adversaries.flatMap(({ title, explanation }) => [`**${title}.** ${explanation}`, '']),
  ].join('\n');
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #fbfbfa; --line: #d9dde2; --bad: #a3231f; --panel: #f1f3f5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ed; --soft: #9aa5b3; --paper: #14181d; --line: #2f3740; --bad: #ff8f86; --panel: #1c2229; } }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; } p, li { max-width: 48rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { padding: .45rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.bad td { color: var(--bad); } .soft { color: var(--soft); } dt { font-weight: 600; margin-top: 1rem; } dd { margin: .2rem 0 0; max-width: 48rem; }
ul { color: var(--soft); padding-left: 1.1rem; }
`;

const NUMERIC = new Set<string>(['value', 'weakened', 'guess', 'bound', 'recorded']);

const htmlTable = (scores: readonly ReportedScore[], titleOf: (name: string) => string): string => {
  const kind = (i: number): string => (NUMERIC.has(HEADS[i] ?? '') ? ' class="n"' : '');
  const head = HEADS.map((name, i) => `<th scope="col"${kind(i)}>${name}</th>`).join('');
  const rows = scores.map((score) => {
    const cells = cellsOf(score, titleOf).map((cell, i) => `<td${kind(i)}>${escaped(cell)}</td>`);
    const why = score.problems.map((problem) => `<br><strong>${escaped(problem)}</strong>`).join('');
    return `<tr${why === '' ? '' : ' class="bad"'}>${cells.join('').replace('</td>', `${why}</td>`)}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
};

export const asHtml = (report: AttackReport): string => {
  const titleOf = titles(report);
  const tables = TIERS.filter((tier) => ofTier(report, tier).length > 0).map(
    (tier) => `<h2>${TIER_TITLES[tier]}</h2>\n${htmlTable(ofTier(report, tier), titleOf)}`,
  );
  const told = report.adversaries.map(
    ({ title, explanation }) => `<dt>${escaped(title)}</dt>\n<dd>${escaped(explanation)}</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>How oboro was attacked</title>
<style>${STYLE}</style>
</head>
<body>
<h1>How oboro was attacked</h1>
<p>${escaped(report.city)}. All people in it are simulated.</p>
<p><strong>${escaped(verdict(report))}.</strong></p>
<ul>${COLUMNS.map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>
${tables.join('\n')}
<h2>The attacks</h2>
<dl>${told.join('\n')}</dl>
</body>
</html>
`;
};

/** A short table for the terminal. */
export const asText = (report: AttackReport): string => {
  const rows = report.scores.map((score) => [
    score.id,
    shown(score.value),
    shown(score.control),
    shown(score.guess),
    shown(score.bound),
    shown(score.recorded),
    score.problems.length > 0 ? 'FAILED' : '',
  ]);
  const all = [['score', 'value', 'weakened', 'guess', 'bound', 'recorded', ''], ...rows];
  const widths = all[0]?.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length))) ?? [];
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return `${all.map((row) => line(row).trimEnd()).join('\n')}\n${verdict(report)}\n`;
};
