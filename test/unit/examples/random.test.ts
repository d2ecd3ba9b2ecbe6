/** The simulation's chance: reproducible, independent by stream, and of the distributions it claims. */
import { describe, expect, test } from 'vitest';
import { Random, runningSums } from '../../../examples/city/random.ts';

const draws = (random: Random, count: number): readonly number[] =>
  Array.from({ length: count }, () => random.unit());

/** Chi-square of 256 equally likely classes; 255 degrees of freedom, beyond 347 once in 10,000. */
const chiSquare = (values: readonly number[]): number => {
  const counts = Array.from({ length: 256 }, () => 0);
  for (const value of values) counts[Math.floor(value * 256)] = (counts[Math.floor(value * 256)] ?? 0) + 1;
  const expected = values.length / 256;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

describe('Random', () => {
  test('equal numbers give equal streams, any other number another', () => {
    const stream = draws(new Random(1, 2, 3), 20);
    expect(draws(new Random(1, 2, 3), 20)).toEqual(stream);
    for (const other of [
      [2, 2, 3],
      [1, 3, 3],
      [1, 2, 4],
      [3, 2, 1],
      [1, 2],
      [1, 2, 3, 0],
    ]) {
      expect(draws(new Random(...other), 20)).not.toEqual(stream);
    }
  });

  test('one stream is uniform', () => {
    expect(chiSquare(draws(new Random(42), 100_000))).toBeLessThan(347);
  });

  test.each([0, 1, 5])('draw number %i is uniform over neighbouring streams', (skip) => {
    const values = Array.from({ length: 50_000 }, (_, i) => draws(new Random(9, 2, i), skip + 1).at(-1) ?? 0);
    expect(chiSquare(values)).toBeLessThan(347);
  });

  test('normal draws have mean 0, variance 1 and 68.3 % within 1', () => {
    const random = new Random(5);
    const values = Array.from({ length: 50_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(values.filter((value) => Math.abs(value) < 1).length / values.length).toBeCloseTo(0.683, 2);
  });

  test('index follows the weights, and never takes a weight of zero', () => {
    const random = new Random(6);
    const counts = [0, 0, 0];
    const sums = runningSums([1, 0, 3]);
    for (let i = 0; i < 20_000; i++) {
      const index = random.index(sums);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts[1]).toBe(0);
    expect((counts[2] ?? 0) / 20_000).toBeCloseTo(0.75, 2);
  });

  test('hex has eight digits a word', () => {
    expect(new Random(1).hex(4)).toMatch(/^[0-9a-f]{32}$/);
  });
});
