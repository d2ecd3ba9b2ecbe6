/** The oracle's numbers: rounding, noise and parts that add up, from the rules as the design states them. */
import { createHmac } from 'node:crypto';
import type { GatePolicy } from '../../src/model/policy.ts';

export interface Noisy {
  readonly gate: GatePolicy;
  readonly noiseKey: Buffer;
}

/** The multiple at or below. */
const floored = (n: number, step: number): number => Math.floor(n / step) * step;
export const rounded = (n: number, step: number): number => {
  const below = floored(n, step);
  return (n - below) * 2 >= step ? below + step : below;
};

/** The noise, from its definition: record keys added up, a PRF of the sum, sixteen coins. */
export const noiseOf = (column: string, subjects: readonly string[], { gate, noiseKey }: Noisy): number => {
  if (gate.tier === 'threshold') return 0;
  const prf = (text: string): string => createHmac('sha256', noiseKey).update(text).digest('hex');
  const keys = subjects.map((subject) => BigInt(`0x${prf(`record|${subject}`).slice(0, 16)}`));
  const sum = keys.reduce((total, key) => (total + key) % 2n ** 64n, 0n);
  const coins = Number.parseInt(prf(`row|${column}|${sum.toString(16)}`).slice(0, 4), 16);
  return coins.toString(2).replaceAll('0', '').length - 8;
};

/**
 * Largest remainder: floors first, none below the least; then one step each to the parts that lost most, the earlier of
 * equals first, or from those that lost least, the later first; round and round until they add up.
 */
export const fit = (
  parts: readonly number[],
  whole: number,
  least: number,
  step: number,
): readonly number[] => {
  const fitted = parts.map((n) => Math.max(least, floored(n, step)));
  const order = parts
    .map((n, i) => ({ lost: n - floored(n, step), i }))
    .sort((a, b) => b.lost - a.lost || a.i - b.i)
    .map(({ i }) => i);
  const sum = (): number => fitted.reduce((total, n) => total + n, 0);
  const change = (i: number, by: number): void => {
    const value = (fitted[i] ?? 0) + by;
    if (sum() !== whole && value >= least) fitted[i] = value;
  };
  while (sum() < whole) for (const i of order) change(i, step);
  while (sum() > whole) for (const i of [...order].reverse()) change(i, -step);
  return fitted;
};
