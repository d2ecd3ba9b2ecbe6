/** A vitest reporter that writes the attack report at the end of a run; idle unless `npm run attack` started it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Reporter } from 'vitest/node';
import { chosenCity } from './city-choice.ts';
import { asHtml, asJson, asMarkdown, asText, reportOf } from './report.ts';
import type { AttackReport } from './report.ts';
import type { ScoreLine } from './score.ts';
import { ACCEPT_VARIABLE, RATCHET_FILE, SCORES_VARIABLE, readRatchet } from './score.ts';

/** The folder of the report. */
export const OUT_VARIABLE = 'OBORO_ATTACK_OUT';

const cityInWords = (): string => {
  const { size, options } = chosenCity();
  const { members, days, seed, startDate, stores } = options;
  const numbers = `${members} people, ${days} days from ${startDate}, ${stores.length} stores, seed ${seed}`;
  return size === 'small'
    ? `SMALL CITY FOR DEVELOPMENT, NOTHING IS JUDGED: ${numbers}`
    : `A simulated city: ${numbers}`;
};

const readLines = (file: string): readonly ScoreLine[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ScoreLine);

const accept = (report: AttackReport): void => {
  const scores = Object.fromEntries(report.scores.map(({ id, value }) => [id, Number(value.toPrecision(6))]));
  writeFileSync(RATCHET_FILE, `${JSON.stringify(scores, null, 2)}\n`);
};

export class AttackReporter implements Reporter {
  onTestRunEnd(): void {
    const [out, file] = [process.env[OUT_VARIABLE], process.env[SCORES_VARIABLE]];
    if (out === undefined || file === undefined) return;
    const report = reportOf(cityInWords(), readLines(file), readRatchet());
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'attack-report.json'), asJson(report));
    writeFileSync(join(out, 'attack-report.md'), asMarkdown(report));
    writeFileSync(join(out, 'attack-report.html'), asHtml(report));
    process.stdout.write(`\n${asText(report)}report: ${join(out, 'attack-report.html')}\n`);
    if (process.env[ACCEPT_VARIABLE] !== '1') return;
    if (report.scores.some(({ problems }) => problems.length > 0)) {
      process.stdout.write('nothing recorded: what fails is no score to be held to\n');
      return;
    }
    accept(report);
    process.stdout.write(`recorded: ${RATCHET_FILE}\n`);
  }
}
