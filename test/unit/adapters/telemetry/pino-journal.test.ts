import { describe, expect, it } from 'vitest';
import { FIELD_NAMES, UNFIT, safeFields } from '../../../../src/adapters/telemetry/journal-fields.ts';
import type { JournalOptions } from '../../../../src/adapters/telemetry/pino-journal.ts';
import { EVENT_NAMES, PinoJournal } from '../../../../src/adapters/telemetry/pino-journal.ts';
import { wallTime } from '../../../../src/model/time.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { JournalEvent, JournalFields } from '../../../../src/ports/telemetry.ts';

const CANARY = 'device-4711-canary';
const NOON: Clock = {
  now: () => wallTime(Date.UTC(2026, 0, 2, 12, 0, 1, 500)),
  sleep: () => Promise.resolve(),
};

/** Every field with a value that fits. */
const FULL: Required<JournalFields> = {
  role: 'sanitize',
  topic: 'raw.gps',
  partition: 3,
  offset: 120_000,
  code: 'INVALID_PRODUCER_EPOCH',
  service: 'kafka',
  count: 7,
  bytes: 1_024,
  durationMs: 12.4,
  epochStartMs: 1_700_000_000_000,
  audience: 'nearby',
  table: 'visits',
  reason: 'no_consent',
  signal: 'SIGTERM',
  exitCode: 70,
  worker: 1,
};

const journalOf = (options: Partial<JournalOptions> = {}): { lines: string[]; journal: PinoJournal } => {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  return { lines, journal: new PinoJournal({ write, clock: NOON, human: false, ...options }) };
};

/** As a caller without types might call it. */
const untyped = (fields: object): JournalFields => fields;

describe('a line for machines', () => {
  it('is JSON with time, level, event and the fields, and says neither process nor host', () => {
    const { lines, journal } = journalOf();
    journal.warn('task_fenced', FULL);
    expect(lines).toEqual([
      `${JSON.stringify({ level: 'warn', time: '2026-01-02T12:00:01.500Z', event: 'task_fenced', ...FULL, durationMs: 12 })}\n`,
    ]);
  });

  it('may have no fields', () => {
    const { lines, journal } = journalOf();
    journal.info('worker_started');
    journal.error('worker_failed', { code: 'BUG' });
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      { level: 'info', time: '2026-01-02T12:00:01.500Z', event: 'worker_started' },
      { level: 'error', time: '2026-01-02T12:00:01.500Z', event: 'worker_failed', code: 'BUG' },
    ]);
  });
});

describe('a line for a person', () => {
  it('is short', () => {
    const { lines, journal } = journalOf({ human: true });
    journal.warn('task_lost', { role: 'sanitize', partition: 3 });
    journal.info('worker_started');
    expect(lines).toEqual([
      '12:00:01 warn  task lost  role=sanitize partition=3\n',
      '12:00:01 info  worker started\n',
    ]);
  });

  it('has colours only when asked', () => {
    const { lines, journal } = journalOf({ human: true, colour: true });
    journal.error('worker_failed');
    expect(lines).toEqual(['12:00:01 \u001b[31merror\u001b[0m worker failed\n']);
  });
});

describe.each([true, false])('every level (human: %s)', (human) => {
  it('below the one set is left out', () => {
    const { lines, journal } = journalOf({ human, level: 'warn' });
    journal.info('progress');
    expect(lines).toEqual([]);
    journal.warn('progress');
    journal.error('progress');
    expect(lines).toHaveLength(2);
  });
});

describe.each([true, false])('G-15 the journal (human: %s)', (human) => {
  it('drops what is no field, whatever it is', () => {
    const { lines, journal } = journalOf({ human });
    const known = { role: 'sanitize' } as const;
    const unknown = {
      deviceId: CANARY,
      key: CANARY,
      err: new Error(CANARY),
      nested: { msg: CANARY },
      time: CANARY,
    };
    journal.info('progress', untyped({ ...known, ...unknown }));
    expect(lines.join('')).not.toContain(CANARY);
    expect(lines.join('')).toContain('sanitize');
    expect(lines).toHaveLength(1);
  });

  it.each(FIELD_NAMES)('of the field %s shows no value that does not fit', (name) => {
    const { lines, journal } = journalOf({ human });
    for (const value of [
      CANARY,
      new Error(CANARY),
      { toJSON: () => CANARY, toString: () => CANARY },
      [CANARY],
    ]) {
      journal.info('progress', untyped({ [name]: value }));
    }
    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toContain(CANARY);
    expect(lines.every((line) => line.includes(UNFIT))).toBe(true);
  });

  it('says nothing of an event that is not in its list', () => {
    const { lines, journal } = journalOf({ human });
    for (const event of [CANARY, 'toString', '__proto__']) journal.info(event as JournalEvent, FULL);
    expect(lines).toEqual([]);
  });

  it('takes no line break into a line', () => {
    const { lines, journal } = journalOf({ human });
    for (const event of EVENT_NAMES) journal.info(event, FULL);
    expect(lines.filter((line) => line.trimEnd().includes('\n') || !line.endsWith('\n'))).toEqual([]);
  });
});

describe('safeFields', () => {
  it.each<readonly [JournalFields, object]>([
    [{}, {}],
    [FULL, { ...FULL, durationMs: 12 }],
    [{ partition: -1 }, { partition: UNFIT }],
    [{ count: 1.5 }, { count: UNFIT }],
    [{ durationMs: Number.NaN }, { durationMs: UNFIT }],
    [{ topic: 'raw.gps.copy' }, { topic: UNFIT }],
    [{ reason: 'because' }, { reason: UNFIT }],
    [{ signal: 'SIGNAL' }, { signal: UNFIT }],
    [
      { role: 'aggregate', partition: 2 },
      { role: 'aggregate', partition: 2 },
    ],
    [
      { role: 'sanitize', partition: 2, count: 4 },
      { role: 'sanitize', partition: 2, count: 4 },
    ],
  ])('makes of %j %j', (fields, safe) => {
    expect(safeFields(fields)).toEqual(safe);
  });

  it.each<JournalFields>([
    { role: 'aggregate', partition: 2, count: 4 },
    { role: 'aggregate', partition: 2, bytes: 400 },
    { role: 'aggregate', partition: 2, offset: 40 },
    { topic: 'oboro.contributions', partition: 2, offset: 40 },
  ])('G-15 does not tell the partition where it counts something of a region: %j', (fields) => {
    const { partition, ...rest } = fields;
    expect(safeFields(fields)).toEqual(rest);
    expect(partition).toBe(2);
  });

  it('says in every line which process of several writes it', () => {
    const { lines, journal } = journalOf({ worker: 2 });
    journal.info('worker_started');
    journal.warn('process_ended', { signal: 'SIGKILL' });
    expect(lines.map((line) => (JSON.parse(line) as { worker?: number }).worker)).toEqual([2, 2]);
  });
});
