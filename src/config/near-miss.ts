/** Finds the known key that a mistyped one was meant to be. */
import type { Key } from './keys.ts';

/** Spelling differences that do not matter for the likeness of two names: case, `_` and `-`. */
const plain = (name: string): string => name.toLowerCase().replace(/[_-]/g, '');

/** Edits (insert, delete, replace, swap of neighbours) from one word to another: optimal string alignment distance. */
export const editDistance = (a: string, b: string): number => {
  let older: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) row.push(cell({ a, b, i, j, row, last, older }));
    [older, last] = [last, row];
  }
  return last[b.length] ?? 0;
};

interface CellAt {
  readonly a: string;
  readonly b: string;
  readonly i: number;
  readonly j: number;
  readonly row: readonly number[];
  readonly last: readonly number[];
  readonly older: readonly number[];
}

const cell = ({ a, b, i, j, row, last, older }: CellAt): number => {
  const at = (from: readonly number[], k: number): number => from[k] ?? Infinity;
  const cost = a[i - 1] === b[j - 1] ? 0 : 1;
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  const best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost);
  return swapped ? Math.min(best, at(older, j - 2) + 1) : best;
};

/** The candidate nearest to `name`, when it is near enough to be a slip: two edits, in short names one. */
export const nearest = (name: string, candidates: readonly string[]): string | null => {
  let best: { readonly candidate: string; readonly distance: number } | null = null;
  for (const candidate of candidates) {
    const distance = editDistance(plain(name), plain(candidate));
    if (best === null || distance < best.distance) best = { candidate, distance };
  }
  const limit = plain(name).length < 6 ? 1 : 2;
  return best !== null && best.distance <= limit ? best.candidate : null;
};

/** The full name of the key that `path` was likely meant to be: a slip beside it first, then the same word elsewhere. */
export const suggestKey = (path: readonly string[], keys: readonly Key[]): string | null => {
  const parents = path.slice(0, -1);
  const wanted = path.at(-1) ?? '';
  const siblings = keys
    .filter((key) => parents.every((part, i) => key.path[i] === part))
    .map((key) => key.path.slice(0, path.length).join('.'));
  const stem = parents.map((part) => `${part}.`).join('');
  const sibling = nearest(
    wanted,
    [...new Set(siblings)].map((name) => name.slice(stem.length)),
  );
  if (sibling !== null) return stem + sibling;
  return keys.find((key) => plain(key.path.at(-1) ?? '') === plain(wanted))?.name ?? null;
};
