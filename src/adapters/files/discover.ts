/** Finds the input files of a run and tells topic and format from their names (CONTRACT §4, `run`). */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { OboroError } from '../../model/errors.ts';
import type { FileTopic } from '../../wire/decoder.ts';
import { FILE_TOPICS } from '../../wire/decoder.ts';

const FILE_FORMATS = ['jsonl', 'csv', 'log', 'geojson'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** One file to be read. */
export interface InputFile {
  readonly path: string;
  /** Base name: all that messages show of the path. */
  readonly name: string;
  readonly topic: FileTopic;
  readonly format: FileFormat;
  readonly gz: boolean;
}

export interface Discovery {
  /** By topic, then name, then path: the order that breaks ties of event time. */
  readonly inputs: readonly InputFile[];
  /** Base names of the files in a given folder that are no input, sorted. */
  readonly ignored: readonly string[];
}

const FORMATS_OF: Readonly<Record<FileTopic, readonly string[]>> = {
  'raw.gps': ['jsonl', 'csv'],
  'raw.device': ['jsonl', 'csv'],
  'raw.access-log': ['jsonl', 'csv', 'log'],
  'privacy.consent': ['jsonl', 'csv'],
  'privacy.erasure': ['jsonl', 'csv'],
  'ref.stores': ['jsonl', 'csv', 'geojson'],
};

/** The names that are read, for hints. */
export const EXPECTED_NAMES =
  'raw.gps*.jsonl|csv, raw.device*.jsonl|csv, raw.access-log*.jsonl|csv|log, *.log, ' +
  'privacy.consent*.jsonl|csv, privacy.erasure*.jsonl|csv, ref.stores*.jsonl|csv|geojson; each also with .gz';

/**
 * Topic and format by base name, or null when the name tells none. A name that starts with a topic is of that topic
 * only; any other `*.log` is a Combined Log Format file.
 */
export const inputFile = (path: string): InputFile | null => {
  const name = basename(path);
  const gz = name.endsWith('.gz');
  const stem = gz ? name.slice(0, -3) : name;
  const dot = stem.lastIndexOf('.');
  if (dot <= 0) return null;
  const format = FILE_FORMATS.find((known) => known === stem.slice(dot + 1));
  if (format === undefined) return null;
  const topic = FILE_TOPICS.find((known) => stem.slice(0, dot).startsWith(known));
  if (topic !== undefined)
    return FORMATS_OF[topic].includes(format) ? { path, name, topic, format, gz } : null;
  return format === 'log' ? { path, name, topic: 'raw.access-log', format, gz } : null;
};

/**
 * The inputs under the given files and folders. A folder is read with one level of sub-folders; dot files are passed
 * over. A file that is reached twice is read once.
 *
 * Throws INPUT_MISSING when a path does not exist or no raw input is found, INPUT_INVALID when the name of a file
 * that was given itself does not tell its topic.
 */
export const discoverInputs = async (paths: readonly string[]): Promise<Discovery> => {
  const inputs = new Map<string, InputFile>();
  const ignored: string[] = [];
  for (const path of paths) {
    if ((await kindOf(path)) === 'folder') await collect(path, inputs, ignored);
    else await addGiven(path, inputs);
  }
  const sorted = [...inputs.values()].sort(byTopicAndName);
  if (!sorted.some((input) => input.topic.startsWith('raw.'))) {
    throw new OboroError('INPUT_MISSING', 'no raw input among the given files and folders', {
      hint: `Names expected: ${EXPECTED_NAMES}.`,
    });
  }
  return { inputs: sorted, ignored: ignored.sort() };
};

const addGiven = async (path: string, inputs: Map<string, InputFile>): Promise<void> => {
  const input = inputFile(path);
  if (input === null) {
    throw new OboroError('INPUT_INVALID', `${basename(path)}: the name does not tell what the file holds`, {
      hint: `Rename it; names expected: ${EXPECTED_NAMES}.`,
    });
  }
  await add(input, inputs);
};

/** Fills `inputs` and `ignored` from a folder, and from its sub-folders when it is the given one (depth 0). */
const collect = async (
  folder: string,
  inputs: Map<string, InputFile>,
  ignored: string[],
  depth = 0,
): Promise<void> => {
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const kind = await kindOf(path).catch(() => 'other');
    if (kind === 'folder') {
      if (depth === 0) await collect(path, inputs, ignored, 1);
      continue;
    }
    const input = kind === 'file' ? inputFile(path) : null;
    if (input === null) ignored.push(name);
    else await add(input, inputs);
  }
};

const add = async (input: InputFile, inputs: Map<string, InputFile>): Promise<void> => {
  const real = await realpath(input.path);
  if (!inputs.has(real)) inputs.set(real, input);
};

const kindOf = async (path: string): Promise<'file' | 'folder' | 'other'> => {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : 'other';
  } catch (cause) {
    throw new OboroError('INPUT_MISSING', `${path}: no such file or folder, or not readable`, { cause });
  }
};

const byTopicAndName = (a: InputFile, b: InputFile): number =>
  FILE_TOPICS.indexOf(a.topic) - FILE_TOPICS.indexOf(b.topic) ||
  compare(a.name, b.name) ||
  compare(a.path, b.path);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
