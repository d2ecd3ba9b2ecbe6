/** Scores of attacks: each is held against its bound, its control and the ratchet, and kept for the report. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { chosenCity } from './city-choice.ts';

export type AttackTier = 'threshold' | 'perturbed' | 'dp' | 'stream';

/** What the report says of an attack: two to four plain sentences. */
export interface Adversary {
  /** As in `Score.adversary`. */
  readonly name: string;
  readonly title: string;
  /** What the attacker knows and does, and what the number means. */
  readonly explanation: string;
}

export interface Score {
  /** Unlike any other, tier included; the key of the ratchet. */
  readonly id: string;
  readonly adversary: string;
  readonly tier: AttackTier;
  /** What the number is, with its unit. */
  readonly measure: string;
  readonly value: number;
  /** The same attack against the weakened system. */
  readonly control: number;
  /** Best guess without data, where it makes sense. */
  readonly guess?: number;
  /** Worst value that is allowed at all. */
  readonly bound?: number;
  /** Which way is better for the people in the data. */
  readonly better: 'lower' | 'higher';
  /** What the control must reach for the attack to prove anything; clearly worse than the value without it. */
  readonly controlBar?: number;
  /** How much worse than recorded is no regression; absolute. */
  readonly tolerance?: number;
}

/** One line of the file that a run's scores are gathered in. */
export type ScoreLine =
  | { readonly kind: 'score'; readonly score: Score; readonly problems: readonly string[] }
  | { readonly kind: 'adversary'; readonly adversary: Adversary };

/** The recorded scores by id. */
export type Ratchet = Readonly<Record<string, number>>;

/** Where `record` appends its lines; nothing is kept when it is unset. */
export const SCORES_VARIABLE = 'OBORO_ATTACK_SCORES';
/** `1` while the ratchet is being written anew. */
export const ACCEPT_VARIABLE = 'OBORO_ATTACK_ACCEPT';
export const RATCHET_FILE = 'test/attacks/scores.json';

/** Relative and absolute part of the tolerance where a score states none. */
const TOLERANCE = { share: 0.05, least: 0.005 };
/** A control that is this much worse than the value is clearly worse. */
const CLEARLY = { share: 0.25, least: 0.02 };

/** Positive when `a` is worse than `b`. */
const worseBy = (score: Score, a: number, b: number): number => (score.better === 'lower' ? a - b : b - a);

const show = (n: number): string => String(Math.round(n * 10_000) / 10_000);

const controlProblem = (score: Score): string | null => {
  const { value, control, controlBar } = score;
  const clearly = Math.max(CLEARLY.least, CLEARLY.share * Math.abs(value));
  const reached =
    controlBar === undefined
      ? worseBy(score, control, value) >= clearly
      : worseBy(score, control, controlBar) >= 0;
  if (reached) return null;
  const bar = controlBar === undefined ? `clearly worse than ${show(value)}` : `${show(controlBar)} or worse`;
  return `proves nothing: against the weakened system it reaches ${show(control)}, expected ${bar}`;
};

const boundProblem = (score: Score): string | null => {
  const { value, bound } = score;
  if (bound === undefined || worseBy(score, value, bound) <= 0) return null;
  return `${show(value)} is worse than the bound ${show(bound)}`;
};

const ratchetProblem = (score: Score, ratchet: Ratchet): string | null => {
  const recorded = ratchet[score.id];
  if (recorded === undefined) return `no recorded score: look at it, then "npm run attack -- --accept"`;
  const tolerance = score.tolerance ?? Math.max(TOLERANCE.least, TOLERANCE.share * Math.abs(recorded));
  if (worseBy(score, score.value, recorded) <= tolerance) return null;
  return `${show(score.value)} is worse than the recorded ${show(recorded)} by more than ${show(tolerance)}`;
};

/** What is wrong with a score; `ratchet` null leaves the recorded scores aside. */
export const problemsOf = (score: Score, ratchet: Ratchet | null): readonly string[] => {
  const numbers = [score.value, score.control, score.guess ?? 0, score.bound ?? 0];
  if (!numbers.every(Number.isFinite)) return ['is not a number'];
  const found = [
    boundProblem(score),
    controlProblem(score),
    ratchet === null ? null : ratchetProblem(score, ratchet),
  ];
  return found.filter((problem) => problem !== null);
};

export const readRatchet = (): Ratchet =>
  existsSync(RATCHET_FILE) ? (JSON.parse(readFileSync(RATCHET_FILE, 'utf8')) as Ratchet) : {};

const keep = (line: ScoreLine): void => {
  const file = process.env[SCORES_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
};

/** Puts an attack into the report. */
export const introduce = (adversary: Adversary): void => {
  keep({ kind: 'adversary', adversary });
};

const lineOf = ({ id, value, control, guess, bound }: Score): string =>
  [
    `${id}: ${show(value)}, control ${show(control)}`,
    guess === undefined ? '' : `, guess ${show(guess)}`,
    bound === undefined ? '' : `, bound ${show(bound)}`,
  ].join('');

/**
 * Keeps a score for the report and fails on what is wrong with it. In the small city, which is for development, nothing
 * is held against anything; in a city other than the built-in one the recorded scores say nothing.
 */
export const record = (score: Score): void => {
  const { size } = chosenCity();
  const isAccepting = process.env[ACCEPT_VARIABLE] === '1';
  const problems = problemsOf(score, size === 'full' && !isAccepting ? readRatchet() : null);
  keep({ kind: 'score', score, problems });
  if (size === 'small') {
    process.stdout.write(
      `!! SMALL CITY, NOT JUDGED  ${lineOf(score)}${problems.map((p) => `\n     ${p}`).join('')}\n`,
    );
  } else if (problems.length > 0) {
    throw new Error(`${lineOf(score)}\n${problems.join('\n')}`);
  }
};
