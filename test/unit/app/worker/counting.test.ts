import { describe, expect, it } from 'vitest';
import { countingLog, countingRegistry } from '../../../../src/app/worker/counting.ts';
import type { ErrorCode } from '../../../../src/model/errors.ts';
import { OboroError } from '../../../../src/model/errors.ts';
import type { Log, TaskWriter } from '../../../../src/ports/log.ts';
import type { SchemaRegistry } from '../../../../src/ports/registry.ts';

/** What was counted, service by service. */
const aCount = () => {
  const counted: string[] = [];
  const telemetry = {
    add: (name: string, labels: object) => void counted.push(`${name} ${JSON.stringify(labels)}`),
  };
  return { counted, telemetry };
};

const KAFKA = 'serviceErrors {"service":"kafka"}';
const REGISTRY = 'serviceErrors {"service":"registry"}';
const PLACE = { topic: 'raw.gps', partition: 1 };
const RECORD = { ...PLACE, key: null, value: null };

const failing = (cause: Error) => () => Promise.reject(cause);

/** A log that does everything; `over` says what it does otherwise. */
const logWith = (over: Partial<Log> = {}, writer: Partial<TaskWriter> = {}): Log => ({
  openWriter: () =>
    Promise.resolve({ commit: () => Promise.resolve(), close: () => Promise.resolve(), ...writer }),
  readToEnd: () => Promise.resolve(7),
  bounds: () => Promise.resolve({ start: 1, end: 7 }),
  partitionsOf: () => Promise.resolve(3),
  deleteBefore: () => Promise.resolve(),
  tail: () => Promise.resolve({ caughtUp: () => Promise.resolve(), close: () => Promise.resolve() }),
  close: () => Promise.resolve(),
  ...over,
});

type Call = (log: Log) => Promise<unknown>;

const CALLS: readonly (readonly [keyof Log, Call])[] = [
  ['openWriter', (log) => log.openWriter('a')],
  ['readToEnd', (log) => log.readToEnd(PLACE, null, () => undefined)],
  ['bounds', (log) => log.bounds(PLACE)],
  ['partitionsOf', (log) => log.partitionsOf('raw.gps')],
  ['deleteBefore', (log) => log.deleteBefore(PLACE, 5)],
  ['tail', (log) => log.tail('raw.gps', () => undefined)],
];

describe('a log whose failures are counted', () => {
  it.each(CALLS)('counts a %s that nobody answers, and fails as it does', async (name, call) => {
    const { counted, telemetry } = aCount();
    const away = new OboroError('KAFKA_AWAY', 'nobody answers');
    const log = countingLog(logWith({ [name]: failing(away) }), telemetry);
    await expect(call(log)).rejects.toBe(away);
    expect(counted).toEqual([KAFKA]);
  });

  it('hands every answer on, and counts none', async () => {
    const { counted, telemetry } = aCount();
    const log = countingLog(logWith(), telemetry);
    expect(await log.readToEnd(PLACE, null, () => undefined)).toBe(7);
    expect(await log.bounds(PLACE)).toEqual({ start: 1, end: 7 });
    expect(await log.partitionsOf('raw.gps')).toBe(3);
    const writer = await log.openWriter('a');
    await writer.commit([RECORD]);
    expect(counted).toEqual([]);
  });

  it('hands every argument on', async () => {
    const said: unknown[] = [];
    const log = countingLog(
      logWith(
        {
          readToEnd: (...all) => Promise.resolve(said.push(...all)),
          deleteBefore: (...all) => Promise.resolve(void said.push(...all)),
          close: () => Promise.resolve(void said.push('closed')),
        },
        {
          commit: (records) => Promise.resolve(void said.push(records)),
          close: () => Promise.resolve(void said.push('writer closed')),
        },
      ),
      aCount().telemetry,
    );
    const take = (): void => undefined;
    await log.readToEnd(PLACE, 4, take);
    await log.deleteBefore(PLACE, 5);
    const writer = await log.openWriter('a');
    await writer.commit([RECORD]);
    await writer.close();
    await log.close();
    expect(said).toEqual([PLACE, 4, take, PLACE, 5, [RECORD], 'writer closed', 'closed']);
  });

  it.each<[ErrorCode, readonly string[]]>([
    ['KAFKA_AWAY', [KAFKA]],
    ['TXN_UNKNOWN', [KAFKA]],
    ['FENCED', []],
    ['KAFKA_REFUSED', []],
    ['BUG', []],
  ])('counts a commit that fails with %s: %j', async (code, expected) => {
    const { counted, telemetry } = aCount();
    const fault = new OboroError(code, 'no');
    const writer = await countingLog(logWith({}, { commit: failing(fault) }), telemetry).openWriter('a');
    await expect(writer.commit([RECORD])).rejects.toBe(fault);
    expect(counted).toEqual(expected);
  });

  it('counts a fault that ends several calls once, and two faults twice', async () => {
    const { counted, telemetry } = aCount();
    const one = new OboroError('KAFKA_AWAY', 'nobody answers');
    let fault = one;
    const log = countingLog(logWith({ bounds: () => Promise.reject(fault) }), telemetry);
    for (let i = 0; i < 3; i += 1) await expect(log.bounds(PLACE)).rejects.toBe(one);
    fault = new OboroError('KAFKA_AWAY', 'nobody answers');
    await expect(log.bounds(PLACE)).rejects.toBe(fault);
    expect(counted).toEqual([KAFKA, KAFKA]);
  });

  it('counts no error that is none of ours', async () => {
    const { counted, telemetry } = aCount();
    const log = countingLog(logWith({ bounds: failing(new TypeError('KAFKA_AWAY')) }), telemetry);
    await expect(log.bounds(PLACE)).rejects.toThrow(TypeError);
    expect(counted).toEqual([]);
  });
});

describe('a registry whose failures are counted', () => {
  const registryWith = (over: Partial<SchemaRegistry> = {}): SchemaRegistry => ({
    idOf: () => Promise.resolve(3),
    schemasOf: () => Promise.resolve({ kind: 'known', schemas: [] }),
    remembered: () => Promise.resolve([]),
    close: () => undefined,
    ...over,
  });

  it('counts an id that nobody tells', async () => {
    const { counted, telemetry } = aCount();
    const away = new OboroError('SERVICE_AWAY', 'away', { retriable: true });
    const registry = countingRegistry(registryWith({ idOf: failing(away) }), telemetry);
    await expect(registry.idOf('raw.gps')).rejects.toBe(away);
    expect(counted).toEqual([REGISTRY]);
  });

  it('counts schemas that it says it cannot get', async () => {
    const { counted, telemetry } = aCount();
    const away = { kind: 'away' } as const;
    const registry = countingRegistry(registryWith({ schemasOf: () => Promise.resolve(away) }), telemetry);
    expect(await registry.schemasOf('raw.gps')).toBe(away);
    expect(counted).toEqual([REGISTRY]);
  });

  it('tells with each call whether it is there', async () => {
    const said: boolean[] = [];
    let answer: Awaited<ReturnType<SchemaRegistry['schemasOf']>> = { kind: 'away' };
    const own = registryWith({ schemasOf: () => Promise.resolve(answer) });
    const registry = countingRegistry(own, aCount().telemetry, (isThere) => said.push(isThere));
    await registry.idOf('raw.gps');
    await registry.schemasOf('raw.gps');
    answer = { kind: 'known', schemas: [] };
    await registry.schemasOf('raw.gps');
    expect(said).toEqual([true, false, true]);
  });

  it('does not count that it refuses us', async () => {
    const { counted, telemetry } = aCount();
    const refused = failing(new OboroError('CFG_INVALID', 'refused'));
    const registry = countingRegistry(registryWith({ idOf: refused, schemasOf: refused }), telemetry);
    await expect(registry.idOf('raw.gps')).rejects.toMatchObject({ code: 'CFG_INVALID' });
    await expect(registry.schemasOf('raw.gps')).rejects.toMatchObject({ code: 'CFG_INVALID' });
    expect(counted).toEqual([]);
  });

  it('hands all else on, and counts none of it', async () => {
    const { counted, telemetry } = aCount();
    let isClosed = false;
    const registry = countingRegistry(
      registryWith({
        close: () => void (isClosed = true),
        remembered: () => Promise.resolve([{ id: 4, schema: {} }]),
      }),
      telemetry,
    );
    expect(await registry.idOf('raw.gps')).toBe(3);
    expect(await registry.schemasOf('raw.gps')).toEqual({ kind: 'known', schemas: [] });
    expect(await registry.remembered('raw.gps')).toEqual([{ id: 4, schema: {} }]);
    registry.close();
    expect(isClosed).toBe(true);
    expect(counted).toEqual([]);
  });
});
