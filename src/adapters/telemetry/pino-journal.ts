/** Writes the journal of a worker: JSON lines for machines by pino, one short line for a person on a terminal. */
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Clock } from '../../ports/clock.ts';
import type { Journal, JournalEvent, JournalFields } from '../../ports/telemetry.ts';
import type { SafeFields } from './journal-fields.ts';
import { safeFields } from './journal-fields.ts';

export type Level = 'info' | 'warn' | 'error';

/** Every event with the words for a person. */
const EVENTS: Readonly<Record<JournalEvent, string>> = {
  worker_started: 'worker started',
  worker_stopped: 'worker stopped',
  worker_failed: 'worker failed',
  assigned: 'partitions assigned',
  task_restored: 'task restored',
  task_lost: 'task lost',
  task_fenced: 'task fenced by another worker',
  commit_unknown: 'outcome of a commit unknown, task is taken over again',
  salt_born: 'salt made',
  salt_destroyed: 'salt destroyed',
  salt_expired: 'salt destroyed by wall time, the rest of its epoch is withheld',
  service_away: 'service away',
  stores_read: 'stores read',
  process_ended: 'a worker process ended',
  progress: 'progress',
};

export const EVENT_NAMES = Object.keys(EVENTS) as readonly JournalEvent[];

export interface JournalOptions {
  /** Where lines go; standard error in the product, since results are on standard output. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
  /** A line for a person instead of JSON. */
  readonly human: boolean;
  /** Colours, on a terminal without NO_COLOR. */
  readonly colour?: boolean;
  /** Lines below this are left out; `info` by default. */
  readonly level?: Level;
  /** Which process of several writes here; said in every line. */
  readonly worker?: number | null;
}

/** The net beneath the allow-list: should one of these ever come through, its value is not shown. */
const REDACTED = [
  'key',
  'value',
  'payload',
  'message',
  'msg',
  'err',
  'error',
  'stack',
  'line',
  'deviceId',
  'memberId',
  'cookieId',
  'subject',
  'pseudonym',
  'lat',
  'lng',
  'ip',
  'userAgent',
  'headers',
  'salt',
].flatMap((name) => [name, `*.${name}`]);

type Write = (level: Level, event: JournalEvent, fields: SafeFields) => void;

/**
 * A journal of closed events and allow-listed fields. What it is given beside them never reaches a line, and no text
 * of any error does; see `safeFields` and `codeOf`.
 *
 * @guarantee G-15
 */
export class PinoJournal implements Journal {
  readonly #write: Write;
  readonly #own: JournalFields;

  constructor(options: JournalOptions) {
    const { worker = null } = options;
    this.#own = worker === null ? {} : { worker };
    this.#write = options.human ? humanWriter(options) : jsonWriter(options);
  }

  info(event: JournalEvent, fields?: JournalFields): void {
    this.#line('info', event, fields);
  }

  warn(event: JournalEvent, fields?: JournalFields): void {
    this.#line('warn', event, fields);
  }

  error(event: JournalEvent, fields?: JournalFields): void {
    this.#line('error', event, fields);
  }

  #line(level: Level, event: JournalEvent, fields: JournalFields | undefined): void {
    if (Object.hasOwn(EVENTS, event)) this.#write(level, event, safeFields({ ...this.#own, ...fields }));
  }
}

const timeOf = (clock: Clock): string => new Date(clock.now()).toISOString();

/** `{"level":"info","time":"…","event":"…",…}`; neither process nor host, which the collector knows. */
const jsonWriter = ({ write, clock, level = 'info' }: JournalOptions): Write => {
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${timeOf(clock)}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '[redacted]' },
    },
    { write },
  );
  return (at, event, fields) => {
    logger[at]({ event, ...fields });
  };
};

const RANK: Readonly<Record<Level, number>> = { info: 0, warn: 1, error: 2 };
const COLOUR: Readonly<Record<Level, number>> = { info: 36, warn: 33, error: 31 };

/** `12:00:01 warn  task lost  role=sanitize partition=3`; the time is UTC. */
const humanWriter = ({ write, clock, colour = false, level = 'info' }: JournalOptions): Write => {
  const label = (at: Level): string =>
    colour ? `\u001b[${COLOUR[at]}m${at.padEnd(5)}\u001b[0m` : at.padEnd(5);
  return (at, event, fields) => {
    if (RANK[at] < RANK[level]) return;
    const parts = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`);
    write(
      `${timeOf(clock).slice(11, 19)} ${label(at)} ${EVENTS[event]}${parts.length === 0 ? '' : ' '}${parts.join('')}\n`,
    );
  };
};
