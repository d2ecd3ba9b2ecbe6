/** Tells whether a JSON text names a field twice, which JSON.parse hides by keeping the last. */
import type { Unchecked } from './fields.ts';

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Names in a parsed value, walked with a stack of its own, so that depth cannot overflow. */
const countNames = (root: Unchecked): number => {
  let names = 0;
  const open: object[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (!Array.isArray(value)) names += Object.keys(value).length;
    for (const item of Object.values(value) as readonly unknown[]) if (isNested(item)) open.push(item);
  }
  return names;
};

/** Colons outside of strings: one for each name that is written. */
const countColonsOutsideStrings = (text: string): number => {
  let colons = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inString && code === 92) i += 1;
    else if (code === 34) inString = !inString;
    else if (code === 58 && !inString) colons += 1;
  }
  return colons;
};

const countColons = (text: string): number => {
  let colons = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) colons += 1;
  return colons;
};

/**
 * True when an object in `text` names a field twice (RFC 8259 §4 leaves open which one counts). `parsed` is what
 * JSON.parse made of it. As many colons as names prove that none was lost; only else strings are told apart.
 */
export const namesTwice = (text: string, parsed: Unchecked): boolean => {
  const colons = countColons(text);
  if (colons === Object.keys(parsed).length) return false;
  const names = countNames(parsed);
  return colons !== names && countColonsOutsideStrings(text) !== names;
};
