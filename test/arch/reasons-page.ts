/** Writes docs/reasons.md from the reasons of the model, so that metrics, summaries and the page say the same. */
import { DROP_REASONS, QUARANTINE_REASONS, UNCOUNTED_REASONS } from '../../src/model/reasons.ts';

const GROUPS = [
  ['Dropped', 'The event was understood and lawfully set aside. Nothing of it is kept.', DROP_REASONS],
  [
    'Quarantined',
    'The record could not be used. Where it stood goes to the dead letters with the reason; its content does not.',
    QUARANTINE_REASONS,
  ],
  ['Not counted', 'A visit or a footfall that was found but contributes to no table.', UNCOUNTED_REASONS],
] as const;

/** The page, one table a group. */
export const reasonsPage = (): string =>
  [
    '<!-- Generated from src/model/reasons.ts by "npm run docs"; do not edit. -->',
    '',
    '# Reasons',
    '',
    'Every input is kept, dropped or quarantined, and every drop and quarantine has one of these reasons. The same names',
    'stand in the summary of a run, in metrics and in the dead letters.',
    ...GROUPS.flatMap(([title, duty, reasons]) => [
      '',
      `## ${title}`,
      '',
      duty,
      '',
      '| reason | meaning |',
      '|---|---|',
      ...Object.entries(reasons).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
    ]),
    '',
  ].join('\n');
