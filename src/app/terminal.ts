/** What every command gets to talk with: results to stdout, talk to stderr, and how much of it. */
import process from 'node:process';

export interface TalkOptions {
  /** Machine-readable results. */
  readonly json?: boolean;
  /** No talk, results only. */
  readonly quiet?: boolean;
}

export interface Terminal {
  readonly json: boolean;
  readonly quiet: boolean;
  /** A line of the result. */
  readonly result: (line: string) => void;
  /** A line of talk; nothing when quiet. */
  readonly talk: (line: string) => void;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

export const terminal = ({ json = false, quiet = false }: TalkOptions): Terminal => {
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const styled = (code: number) => (text: string) =>
    colour ? `\u001b[${String(code)}m${text}\u001b[0m` : text;
  return {
    json,
    quiet,
    result: (line) => process.stdout.write(`${line}\n`),
    talk: (line) => {
      if (!quiet) process.stderr.write(`${line}\n`);
    },
    bold: styled(1),
    dim: styled(2),
  };
};
