/** The judging and reporting of attack scores, and the refusal to attack anything that is not simulated. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeCity } from '../../examples/city/write.ts';
import { chosenCity, cityOptions } from '../support/attacks/city-choice.ts';
import { asHtml, asMarkdown, asText, reportOf } from '../support/attacks/report.ts';
import type { Score } from '../support/attacks/score.ts';
import { problemsOf } from '../support/attacks/score.ts';
import { judgeFolder } from '../support/attacks/synthetic.ts';

const aScore = (over: Partial<Score> = {}): Score => ({
  id: 'guess.dp',
  adversary: 'guess',
  tier: 'dp',
  measure: 'share told right',
  value: 0.52,
  control: 0.9,
  bound: 0.6,
  better: 'lower',
  ...over,
});

describe('problemsOf', () => {
  test.each([
    ['holds', aScore(), { 'guess.dp': 0.52 }, []],
    ['is worse than its bound', aScore({ value: 0.61 }), { 'guess.dp': 0.61 }, ['bound']],
    [
      'beats a control that is hardly worse',
      aScore({ control: 0.55 }),
      { 'guess.dp': 0.52 },
      ['proves nothing'],
    ],
    ['has a control below its bar', aScore({ controlBar: 0.95 }), { 'guess.dp': 0.52 }, ['proves nothing']],
    ['has a control over its bar', aScore({ control: 0.53, controlBar: 0.53 }), { 'guess.dp': 0.52 }, []],
    ['is worse than recorded', aScore({ value: 0.58 }), { 'guess.dp': 0.52 }, ['recorded']],
    ['is hardly worse than recorded', aScore({ value: 0.53 }), { 'guess.dp': 0.52 }, []],
    [
      'is hardly worse, with no tolerance',
      aScore({ value: 0.53, tolerance: 0 }),
      { 'guess.dp': 0.52 },
      ['recorded'],
    ],
    ['is better than recorded', aScore({ value: 0.4 }), { 'guess.dp': 0.52 }, []],
    ['was never recorded', aScore(), {}, ['no recorded score']],
    ['is not held against the ratchet', aScore({ value: 0.58 }), null, []],
    ['is no number', aScore({ value: Number.NaN }), { 'guess.dp': 0.52 }, ['not a number']],
    [
      'is worse when lower',
      aScore({ better: 'higher', value: 0.3, control: 0.1, bound: 0.4 }),
      { 'guess.dp': 0.5 },
      ['bound', 'recorded'],
    ],
  ] as const)('a score that %s', (_, score, ratchet, words) => {
    const problems = problemsOf(score, ratchet);
    expect(problems).toHaveLength(words.length);
    words.forEach((word, i) => expect(problems[i]).toContain(word));
  });
});

describe('report', () => {
  const report = reportOf(
    'A city',
    [
      {
        kind: 'adversary',
        adversary: { name: 'guess', title: 'Guessing <b>', explanation: 'Somebody guesses.' },
      },
      { kind: 'score', score: aScore({ value: 0.1 }), problems: [] },
      { kind: 'score', score: aScore(), problems: ['0.52 is worse than the bound 0.5'] },
    ],
    { 'guess.dp': 0.5 },
  );

  test('keeps the last of two scores of one id', () => {
    expect(report.scores.map(({ value, recorded }) => [value, recorded])).toEqual([[0.52, 0.5]]);
  });

  test('says in every form what failed', () => {
    for (const text of [asMarkdown(report), asHtml(report), asText(report)]) {
      expect(text).toContain('1 FAILED: guess.dp');
      expect(text).toContain('0.52');
    }
  });

  test('shows text as text', () => {
    expect(asHtml(report)).toContain('Guessing &lt;b&gt;');
    expect(asHtml(report)).not.toContain('Guessing <b>');
  });
});

describe('judgeFolder', () => {
  const root = mkdtempSync(join(tmpdir(), 'oboro-judged-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const numbers = { seed: 5, members: 40, days: 1, startDate: '2024-05-15' };
  const aFolder = (name: string): string => {
    const dir = join(root, name);
    writeCity(dir, cityOptions(numbers));
    return dir;
  };

  test('takes a city as it was written', () => {
    expect(judgeFolder(aFolder('whole'))).toEqual({ ok: true, numbers });
  });

  test.each([
    ['one more line', (dir: string) => appendFileSync(join(dir, 'raw.gps.jsonl'), '{}\n'), 'raw.gps.jsonl'],
    ['another store', (dir: string) => appendFileSync(join(dir, 'ref.stores.csv'), 'x\n'), 'ref.stores.csv'],
    ['a file that is missing', (dir: string) => rmSync(join(dir, 'web.log')), 'web.log'],
    [
      'a file of somebody',
      (dir: string) => writeFileSync(join(dir, 'raw.gps.more.jsonl'), ''),
      'raw.gps.more.jsonl',
    ],
    ['no word of what it is', (dir: string) => rmSync(join(dir, 'city.json')), 'city.json'],
    [
      'the word of another city',
      (dir: string) => {
        const file = join(dir, 'city.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('"seed":5', '"seed":6'));
      },
      'is not what the generator makes',
    ],
    ['nonsense for a word', (dir: string) => writeFileSync(join(dir, 'city.json'), '{"seed":'), 'city.json'],
  ] as const)('refuses %s', (name, change, why) => {
    const dir = aFolder(name.replaceAll(' ', '-'));
    change(dir);
    const judged = judgeFolder(dir);
    expect(judged.ok ? '' : judged.why).toContain(why);
  });

  test('refuses a folder that is not there', () => {
    expect(judgeFolder(join(root, 'nowhere')).ok).toBe(false);
  });
});

test('only the built-in numbers are the full city', () => {
  expect(chosenCity('').size).toBe('full');
  expect(chosenCity('small').size).toBe('small');
  const { size, options } = chosenCity('{"seed":5,"members":40,"days":1,"startDate":"2024-05-15"}');
  expect([size, options.members]).toEqual(['other', 40]);
});
