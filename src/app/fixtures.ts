/** Writes consent records for a data set that has none: one full consent for every subject of its raw inputs. */
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { InputFile } from '../adapters/files/discover.ts';
import { discoverInputs } from '../adapters/files/discover.ts';
import { readHeader, readLines } from '../adapters/files/lines.ts';
import { EARLIEST_MS } from '../adapters/files/order.ts';
import type { Outcome } from '../flow/outcome.ts';
import { OboroError } from '../model/errors.ts';
import { RawId, subjectOf } from '../model/identity.ts';
import type { Identified } from '../model/identity.ts';
import type { RawConsent } from '../model/raw.ts';
import { eventTime } from '../model/time.ts';
import type { EventTime } from '../model/time.ts';
import { accessLogDecoder } from '../wire/access-line.ts';
import { csvDecoder } from '../wire/csv.ts';
import { jsonDecoder, jsonLine } from '../wire/json-lines.ts';

export const FIXTURES_FILE = 'privacy.consent.fixtures.jsonl';

export interface FixturesOptions {
  /** Files and folders, named as for `run`. */
  readonly inputs: readonly string[];
  /** The file to write, or a folder that then gets `privacy.consent.fixtures.jsonl`. */
  readonly out: string;
  /** False leaves third-party tracking refused; true by default. */
  readonly thirdParty?: boolean;
  /** 1 by default. */
  readonly policyVersion?: number;
  /** When all consents take effect; by default one millisecond before each subject's first event. */
  readonly atMs?: number | null;
}

export interface FixturesResult {
  /** Consent records written: one for every subject. */
  readonly subjects: number;
  /** Lines that could not be read, name no subject, or are from before 2000. */
  readonly skipped: number;
  /** The file written. */
  readonly file: string;
}

type AnyEvent = Identified & { readonly at: EventTime };

/** What is kept of a subject. */
interface Seen {
  readonly memberId: RawId | null;
  /** The first device seen, else the first cookie; null for a member known by neither. */
  knownBy: RawId | null;
  firstAt: number;
}

/** The event, unless it is unusable or from a clock that was never set. */
const plausible = (outcome: Outcome<AnyEvent>): AnyEvent | null =>
  outcome.kind === 'keep' && outcome.value.at >= EARLIEST_MS ? outcome.value : null;

const cookieOf = (event: Identified): RawId | null => event.cookieId ?? null;

/** Every subject of the inputs with its first event. Its size is that of the set of subjects. */
class Subjects {
  readonly #seen = new Map<string, Seen>();
  skipped = 0;

  add(outcome: Outcome<AnyEvent>): void {
    const event = plausible(outcome);
    const subject = event === null ? null : subjectOf(event);
    if (event === null || subject === null) {
      this.skipped += 1;
      return;
    }
    const key = `${subject.kind} ${subject.reveal()}`;
    const seen = this.#seen.get(key) ?? { memberId: event.memberId, knownBy: null, firstAt: event.at };
    seen.firstAt = Math.min(seen.firstAt, event.at);
    if (seen.knownBy?.kind !== 'device') seen.knownBy = event.deviceId ?? seen.knownBy ?? cookieOf(event);
    this.#seen.set(key, seen);
  }

  /** By first event, then subject: equal inputs give equal files. */
  inOrder(): readonly Seen[] {
    return [...this.#seen]
      .sort(([a, { firstAt: atA }], [b, { firstAt: atB }]) => atA - atB || (a < b ? -1 : 1))
      .map(([, seen]) => seen);
  }
}

const RAW_TOPICS = ['raw.gps', 'raw.device', 'raw.access-log'] as const;
type RawTopic = (typeof RAW_TOPICS)[number];

type Decode = (line: string) => Outcome<AnyEvent>;

const csvDecode = async (topic: RawTopic, file: InputFile): Promise<Decode | null> => {
  const header = await readHeader(file);
  if (header === null) return null;
  const decoder = csvDecoder(topic, header);
  if (decoder.kind === 'keep') return decoder.value.decode;
  const wrong =
    decoder.kind === 'quarantine' ? `${decoder.field ?? 'header'}: ${decoder.expected ?? ''}` : '';
  throw new OboroError('INPUT_INVALID', `${file.name}, line 1: not a header of ${topic} (${wrong})`);
};

/** Decoder of one file; null when it holds no raw events, or is a CSV file without a readable first line. */
const decoderOf = async (file: InputFile): Promise<Decode | null> => {
  const topic = RAW_TOPICS.find((known) => known === file.topic);
  if (topic === undefined) return null;
  if (file.format === 'log') return accessLogDecoder().decode;
  return file.format === 'csv' ? csvDecode(topic, file) : jsonDecoder(topic).decode;
};

const readFile = async (file: InputFile, subjects: Subjects): Promise<void> => {
  const decode = await decoderOf(file);
  if (decode === null) return;
  for await (const { texts, faults } of readLines(file)) {
    texts.forEach((text, i) => {
      if (faults.has(i)) subjects.skipped += 1;
      else subjects.add(decode(text));
    });
  }
};

const ALL_SOURCES = { location: true, terminalId: true, cookies: true } as const;

const consentOf = (seen: Seen, options: FixturesOptions): RawConsent | null => {
  // A consent names a terminal; a member known by none is its own, which leaves the subject the member.
  const deviceId = seen.knownBy ?? seen.memberId;
  if (deviceId === null) return null;
  return {
    kind: 'consent',
    deviceId: new RawId('device', deviceId.reveal()),
    memberId: seen.memberId,
    at: eventTime(options.atMs ?? seen.firstAt - 1),
    policyVersion: options.policyVersion ?? 1,
    purposes: {
      nearbyShops: true,
      usageStatistics: true,
      fraudPrevention: true,
      serviceImprovement: true,
      thirdPartyTracking: options.thirdParty ?? true,
    },
    sources: ALL_SOURCES,
  };
};

const outFile = async (out: string): Promise<string> => {
  const isFolder = await stat(out).then(
    (found) => found.isDirectory(),
    () => out.endsWith(sep),
  );
  return isFolder ? join(out, FIXTURES_FILE) : out;
};

function* linesOf(subjects: Subjects, options: FixturesOptions): Generator<string, void, undefined> {
  for (const seen of subjects.inOrder()) {
    const consent = consentOf(seen, options);
    if (consent !== null) yield `${jsonLine('privacy.consent', consent)}\n`;
  }
}

/** Writes under a passing name first, so that a run cut short leaves no half file. Returns how many lines. */
const writeLines = async (file: string, lines: Iterable<string>): Promise<number> => {
  const passing = join(dirname(file), `.${basename(file)}.part`);
  let count = 0;
  const counted = function* (): Generator<string, void, undefined> {
    for (const line of lines) {
      count += 1;
      yield line;
    }
  };
  try {
    await mkdir(dirname(file), { recursive: true });
    await pipeline(Readable.from(counted()), createWriteStream(passing));
    await rename(passing, file);
  } catch (cause) {
    await rm(passing, { force: true }).catch(() => undefined);
    throw new OboroError('OUTPUT_DENIED', `${file}: cannot be written`, { cause });
  }
  return count;
};

/**
 * Reads the raw inputs and writes one consent record for every subject: all purposes and sources granted, in force
 * just before its first event. For data that came without consents and may be used so; it is nobody's real choice.
 * Throws as `discoverInputs` and `readLines` do; INPUT_INVALID when a CSV file has an unusable header, OUTPUT_DENIED when the file cannot be written.
 */
export const fixturesConsent = async (options: FixturesOptions): Promise<FixturesResult> => {
  const found = new Subjects();
  const { inputs } = await discoverInputs(options.inputs);
  for (const input of inputs) await readFile(input, found);
  const file = await outFile(options.out);
  const subjects = await writeLines(file, linesOf(found, options));
  return { subjects, skipped: found.skipped, file };
};
