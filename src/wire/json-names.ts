/** Tells whether a JSON text names a field twice, which JSON.parse hides by keeping the last. */
import { isObject } from './fields.ts';

/** Names in a parsed value; objects and arrays are walked with a stack of their own, so depth cannot overflow. */
const countNames = (root: unknown): number => {
  let names = 0;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) {
      for (const item of value as readonly unknown[]) {
        if (typeof item === 'object' && item !== null) open.push(item);
      }
    } else if (isObject(value)) {
      for (const name in value) {
        names += 1;
        const item = value[name];
        if (typeof item === 'object' && item !== null) open.push(item);
      }
    }
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
export const namesTwice = (text: string, parsed: unknown): boolean => {
  const names = countNames(parsed);
  return countColons(text) !== names && countColonsOutsideStrings(text) !== names;
};
