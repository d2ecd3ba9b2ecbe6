/** What the command line says of a fault that ended it, and with which exit code. */
import { CommanderError } from 'commander';
import { EXIT, OboroError } from '../model/errors.ts';

export interface FaultReport {
  /** For standard error; empty when all was said already. */
  readonly text: string;
  readonly exitCode: number;
}

/**
 * Texts of our own errors hold no record content. Texts of foreign errors may quote data, so only their kind and the
 * places in the code are told.
 *
 * @guarantee G-15
 */
export const reportOf = (cause: unknown): FaultReport => {
  if (cause instanceof CommanderError) {
    return { text: '', exitCode: cause.exitCode === 0 ? EXIT.ok : EXIT.usage };
  }
  if (cause instanceof OboroError) {
    const hint = cause.hint === null ? '' : `${cause.hint}\n`;
    return { text: `oboro: ${cause.message} (${cause.code})\n${hint}`, exitCode: cause.exitCode };
  }
  const kind = cause instanceof Error ? cause.name : typeof cause;
  const text = [
    `oboro: an unexpected ${kind}${codeOf(cause)} (BUG)`,
    ...placesOf(cause),
    'Please report this.',
  ];
  return { text: `${text.join('\n')}\n`, exitCode: EXIT.bug };
};

/** A system's or library's code, as far as it is a name. */
const codeOf = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? ` ${code}` : '';
};

const PLACE = /^\s+at /;
const PLACES = 3;

/** The innermost places of the stack. What stands before them is the message, which may have many lines of any form. */
const placesOf = (cause: unknown): readonly string[] => {
  if (!(cause instanceof Error)) return [];
  const { stack = '', message } = cause;
  const at = stack.indexOf(message);
  const places = at < 0 ? stack : stack.slice(at + message.length);
  return places
    .split('\n')
    .filter((line) => PLACE.test(line))
    .slice(0, PLACES);
};
