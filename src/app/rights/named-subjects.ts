/** The subjects that a command is told, from its options or, unseen by others on the machine, from standard input. */
import process from 'node:process';
import { OboroError } from '../../model/errors.ts';
import type { IdKind } from '../../model/identity.ts';
import { RawId } from '../../model/identity.ts';
import { isIdText } from '../../wire/raw-ids.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export interface SubjectFlags extends TalkOptions {
  readonly member?: string;
  /** Device or cookie identifiers. */
  readonly device?: readonly string[];
  /** `-`: one identifier a line on standard input, as `member ID`, `device ID` or `cookie ID`. */
  readonly ids?: string;
}

/** At least one of them. */
export interface NamedSubjects {
  readonly member: RawId | null;
  readonly terminals: readonly RawId[];
}

export const allOf = ({ member, terminals }: NamedSubjects): readonly RawId[] =>
  member === null ? terminals : [member, ...terminals];

/** Text of standard input, in pieces. */
export type Input = AsyncIterable<string | Buffer>;

const MAX_INPUT = 1_000_000;
const KINDS: readonly IdKind[] = ['member', 'device', 'cookie'];

/** Never repeats what it was told. Throws USAGE. */
export const namedSubjects = async (
  flags: SubjectFlags,
  input: Input = process.stdin,
): Promise<NamedSubjects> => {
  const told = flags.ids === undefined ? fromFlags(flags) : await fromInput(flags, input);
  if (told.length === 0) {
    throw new OboroError('USAGE', 'no subject: --member, --device or --ids - expected');
  }
  const members = told.filter(({ kind }) => kind === 'member');
  if (members.length > 1) throw new OboroError('USAGE', 'one member at a time');
  return { member: members[0] ?? null, terminals: told.filter(({ kind }) => kind !== 'member') };
};

const fromFlags = (flags: SubjectFlags): readonly RawId[] => {
  const { member, device = [] } = flags;
  const told = [
    ...(member === undefined ? [] : [rawId('member', member, '--member')]),
    ...device.map((text) => rawId('device', text, '--device')),
  ];
  if (told.length > 0) hideArguments(flags);
  return told;
};

/** Takes the arguments out of the list of processes, where other users may read them; they were there until now. */
const hideArguments = (flags: SubjectFlags): void => {
  process.title = 'oboro';
  terminal(flags).talk(
    'Others on this machine may have seen the identifiers on the command line; --ids - takes them from standard input.',
  );
};

const fromInput = async (flags: SubjectFlags, input: Input): Promise<readonly RawId[]> => {
  if (flags.ids !== '-') throw new OboroError('USAGE', '--ids: only - is known, for standard input');
  if (flags.member !== undefined || flags.device !== undefined) {
    throw new OboroError('USAGE', '--ids - stands alone: name the subjects there or as options, not both');
  }
  const lines = (await textOf(input)).split('\n').map((line) => line.replace(/\r$/, ''));
  return lines.flatMap((line, i) => (line === '' ? [] : [fromLine(line, i + 1)]));
};

const textOf = async (input: Input): Promise<string> => {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of input) {
    const bytes = Buffer.from(piece);
    length += bytes.length;
    if (length > MAX_INPUT) throw new OboroError('USAGE', '--ids: standard input is longer than 1 MB');
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString('utf8');
};

const fromLine = (line: string, number: number): RawId => {
  const where = `standard input, line ${String(number)}`;
  const space = line.search(/[ \t]/);
  const kind = KINDS.find((known) => known === line.slice(0, Math.max(space, 0)));
  if (kind === undefined)
    throw new OboroError('USAGE', `${where}: member, device or cookie, then an identifier`);
  return rawId(kind, line.slice(space + 1), where);
};

const rawId = (kind: IdKind, text: string, where: string): RawId => {
  if (isIdText(text)) return new RawId(kind, text);
  throw new OboroError(
    'USAGE',
    `${where}: an identifier of 1 to 256 characters without control characters expected`,
  );
};
