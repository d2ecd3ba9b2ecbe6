/** The last words of a run: what was read, what was dropped and why, what was released, where it is, what to do next. */
import type { CountTable } from '../../runtime/counters.ts';
import { DROP_REASONS, QUARANTINE_REASONS, UNCOUNTED_REASONS } from '../../model/reasons.ts';
import { sentenceOf } from './dead-letter.ts';
import type { RunManifest } from './manifest.ts';
import type { RunResult } from './run.ts';

const SENTENCES: Readonly<Record<string, string>> = {
  ...DROP_REASONS,
  ...QUARANTINE_REASONS,
  ...UNCOUNTED_REASONS,
};

const STAGE_TITLES: Readonly<Record<string, string>> = {
  wire: 'Read',
  doors: 'Doors',
  locations: 'Locations',
  visits: 'Visit detector',
  contributions: 'Contribution bounds',
};

export const summaryStages: readonly string[] = Object.keys(STAGE_TITLES);

const FAULTS_SHOWN = 10;

export const summaryOf = (result: RunResult, flags: { readonly out: string }): readonly string[] => {
  const { manifest, state, ignored, lines } = result;
  if (manifest === null) {
    return [`Stopped after ${number(lines)} lines. Run the same command again to go on from there.`];
  }
  return [
    ...(state === 'already' ? ['This run was finished before; nothing was done again.', ''] : []),
    ...summaryStages.flatMap((stage) => stageLines(stage, manifest.counts)),
    ...releasedLines(manifest),
    ...faultLines(manifest),
    ...(ignored.length > 0 ? ['', `Not read, since their names tell no topic: ${ignored.join(', ')}`] : []),
    ...whereLines(flags.out),
  ];
};

const number = (n: number): string => n.toLocaleString('en-US');
const column = (n: number): string => number(n).padStart(12);

/** What a stage kept, then what it set aside, most first. */
export const stageLines = (stage: string, counts: CountTable): readonly string[] => {
  const outcomes = Object.entries(counts[stage] ?? {});
  if (outcomes.length === 0) return [];
  const aside = outcomes.filter(([outcome]) => outcome in SENTENCES).sort(([, a], [, b]) => b - a);
  const kept = outcomes.filter(([outcome]) => !(outcome in SENTENCES));
  return [
    STAGE_TITLES[stage] ?? stage,
    ...kept.map(([outcome, n]) => `${column(n)}  ${KEPT_WORDS[`${stage}.${outcome}`] ?? outcome}`),
    ...aside.map(([reason, n]) => `${column(n)}  ${reason}: ${SENTENCES[reason] ?? ''}`),
    '',
  ];
};

const KEPT_WORDS: Readonly<Record<string, string>> = {
  'wire.keep': 'records read',
  'doors.keep': 'served a purpose that their subjects agreed to',
  'locations.keep': 'sanitized locations written',
  'visits.in': 'fixes given to the visit detector',
  'contributions.visit': 'visits counted',
  'contributions.successor': 'of them with a next visit within the session gap',
  'contributions.footfall': 'footfall contributions counted',
};

const releasedLines = ({ released }: RunManifest): readonly string[] => [
  'Released',
  ...Object.entries(released).map(([table, rows]) => {
    const withheld = rows.WITHHELD > 0 ? `, ${number(rows.WITHHELD)} withheld` : '';
    return `${column(rows.RELEASED)}  rows of ${table}${withheld}`;
  }),
];

const faultLines = ({ faults }: RunManifest): readonly string[] => {
  if (faults.length === 0) return [];
  const shown = faults.slice(0, FAULTS_SHOWN).map((fault) => `  ${sentenceOf(fault)}`);
  const more = faults.length > FAULTS_SHOWN ? ['  … more in manifest.json and dead-letter.jsonl'] : [];
  return ['', 'Records that could not be used, for example:', ...shown, ...more];
};

const whereLines = (out: string): readonly string[] => [
  '',
  `Tables    ${out}/tables/<table>/day=YYYY-MM-DD/*.parquet`,
  `Lookups   ${out}/location.sanitized.jsonl (restricted: pseudonymous, not anonymous)`,
  `Ledger    ${out}/ledger.jsonl`,
  '',
  'Next',
  `  npx oboro ledger verify ${out}/ledger.jsonl`,
  `  npx oboro explain`,
];
