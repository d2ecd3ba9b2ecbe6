/** Colours of the report: contrasts of WCAG 2.2, computed, in light and dark. */
import { describe, expect, test } from 'vitest';
import { STYLE } from '../../../src/dashboard/style.ts';

/** Colour tokens of the first `:root` block, and of the one for dark with the first as its base. */
const tokensOf = (scheme: 'light' | 'dark'): ReadonlyMap<string, string> => {
  const blocks = [...STYLE.matchAll(/:root\s*\{([^}]*)\}/g)].slice(0, scheme === 'light' ? 1 : 2);
  return new Map(
    blocks.flatMap(([, body = '']) =>
      [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(
        ([, name = '', value = '']) => [name, value] as const,
      ),
    ),
  );
};

/** Relative luminance, WCAG 2.2. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (a: string, b: string): number => {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

const TEXT: readonly (readonly [string, string])[] = [
  ...['ink', 'quiet', 'link'].flatMap((ink) => [[ink, 'ground'] as const, [ink, 'panel'] as const]),
  ['badge', 'badge-ground'],
  ...[0, 1, 2, 3, 4].map((step) => [`t${String(step)}`, `c${String(step)}`] as const),
];
const MARKS: readonly (readonly [string, string])[] = [
  ['mark', 'ground'],
  ['mark-aside', 'ground'],
  ['badge', 'ground'],
  ['edge', 'panel'],
  ['hatch', 'hatch-ground'],
  ['land', 'panel'],
];

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  const tokens = tokensOf(scheme);
  const between = (a: string, b: string): number => contrast(tokens.get(a) ?? '', tokens.get(b) ?? '');

  test.each(TEXT)('text %s on %s reaches 4.5:1', (ink, ground) => {
    expect(between(ink, ground)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(MARKS)('mark %s on %s reaches 3:1', (mark, ground) => {
    expect(between(mark, ground)).toBeGreaterThanOrEqual(3);
  });

  test('the ramp rises or falls evenly in lightness, so that it reads without colour', () => {
    const ramp = [0, 1, 2, 3, 4].map((step) => luminance(tokens.get(`c${String(step)}`) ?? ''));
    const rising = ramp.every((value, index) => index === 0 || value > (ramp[index - 1] ?? 0) * 1.3);
    const falling = ramp.every((value, index) => index === 0 || value * 1.3 < (ramp[index - 1] ?? 0));
    expect(scheme === 'light' ? falling : rising).toBe(true);
  });
});

test('what is withheld has one hatch everywhere', () => {
  const grounds = [...STYLE.matchAll(/hatched \{[^}]*background: ([^;]+);/g)].map(([, ground]) => ground);
  expect(grounds.length).toBeGreaterThan(1);
  expect(new Set(grounds).size).toBe(1);
});
