import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/model/identity.ts';
import { headCount, secretDraw } from '../../../src/release/threshold.ts';
import { aPolicy } from '../../support/builders.ts';

const { gate } = aPolicy();
const one = (name: string, linked = true) => ({ subject: pseudonym(name), linked });

describe('G-10 headCount', () => {
  it.each([
    ['nobody', [], 0, 0],
    ['one member often', [one('a'), one('a'), one('a')], 1, 1],
    ['two members', [one('a'), one('b'), one('a')], 2, 2],
    ['a member and two devices', [one('a'), one('x', false), one('y', false)], 3, 1],
    ['devices alone', [one('x', false), one('y', false)], 2, 0],
    // One pseudonym is one person, whatever it says of itself.
    ['a subject linked only once', [one('a', false), one('a', true)], 1, 1],
  ])('counts %s', (_, entries, subjects, towardsK) => {
    expect(headCount(entries, gate)).toEqual({ subjects, towardsK });
  });

  it('counts devices towards k where the deployment knows devices only', () => {
    const devices = { ...gate, unlinkedRaiseK: true };
    expect(headCount([one('a'), one('x', false)], devices)).toEqual({ subjects: 2, towardsK: 2 });
  });
});

describe('G-10 secretDraw', () => {
  const key = Buffer.alloc(32, 3);
  const cells = Array.from({ length: 2_000 }, (_, i) => `872f5${i.toString(16).padStart(4, '0')}ffffff`);

  it('lies between 1 and its maximum, and takes every value', () => {
    for (const drawMax of [1, 2, 5, 7]) {
      const draws = cells.map((cell) => secretDraw(key, cell, drawMax));
      expect([...new Set(draws)].sort((a, b) => a - b)).toEqual(
        Array.from({ length: drawMax }, (_, i) => i + 1),
      );
    }
  });

  it('is even: chi-square of 2,000 draws of 5 below the 0.1 % point of 4 degrees of freedom', () => {
    const counts = [0, 0, 0, 0, 0];
    for (const cell of cells)
      counts[secretDraw(key, cell, 5) - 1] = (counts[secretDraw(key, cell, 5) - 1] ?? 0) + 1;
    const chi = counts.reduce((sum, n) => sum + (n - 400) ** 2 / 400, 0);
    expect(chi).toBeLessThan(18.47);
  });

  it('is the same for the same key and cell, and another under another key', () => {
    const draws = (fill: number) => cells.map((cell) => secretDraw(Buffer.alloc(32, fill), cell, 5)).join('');
    expect(draws(3)).toBe(draws(3));
    expect(draws(3)).not.toBe(draws(4));
  });

  it('is none when switched off', () => {
    expect(secretDraw(key, 'a', 0)).toBe(0);
  });
});
