/** The registry behind its port: what a topic's writers may use, and what is said when the registry cannot say it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfluentRegistry, ownSchema } from '../../../../src/adapters/registry/registry.ts';
import { SCHEMAS } from '../../../../src/wire/schemas.gen.ts';
import type { Mood } from '../../../support/registry/fake-registry.ts';
import { FakeRegistry } from '../../../support/registry/fake-registry.ts';

const SUBJECT = 'raw.gps-value';
const AWAY = { kind: 'away' };

describe('the registry', () => {
  let fake: FakeRegistry;
  let folder: string;
  const opened: ConfluentRegistry[] = [];

  const open = (over: { memoryFile?: string; url?: string; password?: string } = {}): ConfluentRegistry => {
    const registry = new ConfluentRegistry({
      url: over.url ?? fake.url,
      auth: over.password === undefined ? null : { username: 'oboro', password: over.password },
      tls: null,
      timeoutMs: 300,
      memoryFile: over.memoryFile ?? null,
    });
    opened.push(registry);
    return registry;
  };

  beforeEach(async () => {
    fake = await new FakeRegistry().start();
    folder = await mkdtemp(join(tmpdir(), 'oboro-registry-'));
  });

  afterEach(async () => {
    for (const registry of opened.splice(0)) registry.close();
    await fake.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('gives the schemas of the topic’s subject and of no other', async () => {
    fake.put('other-value', { type: 'long' });
    const first = fake.put(SUBJECT, { type: 'record', name: 'A', fields: [] });
    const second = fake.put(SUBJECT, { type: 'record', name: 'B', fields: [] });
    expect(await open().schemasOf('raw.gps')).toEqual({
      kind: 'known',
      schemas: [
        { id: first, schema: { type: 'record', name: 'A', fields: [] } },
        { id: second, schema: { type: 'record', name: 'B', fields: [] } },
      ],
    });
  });

  it('asks for a version once, and for news at each call', async () => {
    fake.put(SUBJECT, { type: 'int' });
    fake.put(SUBJECT, { type: 'long' });
    const registry = open();
    await registry.schemasOf('raw.gps');
    fake.requests.length = 0;
    fake.put(SUBJECT, { type: 'string' });
    const answer = await registry.schemasOf('raw.gps');
    expect(answer).toMatchObject({
      schemas: [{ schema: { type: 'int' } }, {}, { schema: { type: 'string' } }],
    });
    expect(fake.requests).toEqual(['GET /subjects/raw.gps-value/versions/latest']);
  });

  it('asks once for all who ask at the same time', async () => {
    fake.put(SUBJECT, { type: 'int' });
    const registry = open();
    const answers = await Promise.all(Array.from({ length: 20 }, () => registry.schemasOf('raw.gps')));
    expect(new Set(answers).size).toBe(1);
    expect(fake.requests).toHaveLength(1);
  });

  it('leaves out deleted versions and schemas that are no plain Avro', async () => {
    fake.put(SUBJECT, { type: 'int' });
    fake.put(SUBJECT, 'syntax = "proto3";', { schemaType: 'PROTOBUF' });
    fake.put(SUBJECT, { type: 'object' }, { schemaType: 'JSON' });
    fake.put(SUBJECT, { type: 'X' }, { references: [{ name: 'X', subject: 'x', version: 1 }] });
    const last = fake.put(SUBJECT, { type: 'long' });
    fake.deleteVersion(SUBJECT, 1);
    expect(await open().schemasOf('raw.gps')).toEqual({
      kind: 'known',
      schemas: [{ id: last, schema: { type: 'long' } }],
    });
  });

  it('knows that a subject has nothing', async () => {
    expect(await open().schemasOf('raw.gps')).toEqual({ kind: 'known', schemas: [] });
  });

  it.each<Mood>(['broken', 'page', 'stuck', 'elsewhere'])('is away when it is %s', async (mood) => {
    fake.put(SUBJECT, { type: 'int' });
    fake.mood = mood;
    const registry = open();
    expect(await registry.schemasOf('raw.gps')).toEqual(AWAY);
    fake.mood = 'up';
    expect(await registry.schemasOf('raw.gps')).toMatchObject({ kind: 'known', schemas: [{}] });
  });

  it('is away when nobody listens', async () => {
    const { url } = fake;
    await fake.stop();
    expect(await open({ url }).schemasOf('raw.gps')).toEqual(AWAY);
    await fake.start();
  });

  it('stops when it refuses the credentials', async () => {
    fake.mood = 'locked';
    const registry = open({ password: 'canary-password' });
    await expect(registry.schemasOf('raw.gps')).rejects.toMatchObject({ code: 'CFG_INVALID' });
    await expect(registry.idOf('raw.gps')).rejects.toMatchObject({ code: 'CFG_INVALID' });
    expect(fake.authorizations.at(-1)).toBe(
      `Basic ${Buffer.from('oboro:canary-password').toString('base64')}`,
    );
  });

  describe('the id of an own schema', () => {
    it('is that of exactly this schema', async () => {
      fake.put(SUBJECT, { type: 'int' });
      const id = fake.put(SUBJECT, ownSchema('raw.gps'));
      fake.put(SUBJECT, { type: 'long' });
      expect(await open().idOf('raw.gps')).toBe(id);
    });

    it('is missed with a hint when nothing is registered', async () => {
      await expect(open().idOf('raw.gps')).rejects.toMatchObject({
        code: 'CFG_INVALID',
        hint: expect.stringContaining('oboro schemas register') as string,
      });
    });

    it('cannot be told while the registry is away, without a word of its own', async () => {
      fake.mood = 'broken';
      const error: unknown = await open()
        .idOf('raw.gps')
        .catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'SERVICE_AWAY', retriable: true });
      expect(JSON.stringify(error) + String(error)).not.toMatch(/canary|127\.0\.0\.1/);
    });
  });

  describe('its memory on disk', () => {
    const away = async (memoryFile: string): Promise<ConfluentRegistry> => {
      fake.put(SUBJECT, { type: 'int' });
      fake.put(SUBJECT, ownSchema('raw.gps'));
      await open({ memoryFile }).schemasOf('raw.gps');
      fake.mood = 'broken';
      return open({ memoryFile });
    };

    it('holds schemas and own ids while the registry is away', async () => {
      const registry = await away(join(folder, 'deep', 'schemas.json'));
      expect(await registry.schemasOf('raw.gps')).toEqual(AWAY);
      expect(await registry.remembered('raw.gps')).toEqual([
        { id: 1, schema: { type: 'int' } },
        { id: 2, schema: SCHEMAS['raw.gps'] },
      ]);
      expect(await registry.idOf('raw.gps')).toBe(2);
      await expect(registry.idOf('ref.stores')).rejects.toMatchObject({ code: 'SERVICE_AWAY' });
    });

    it('forgets nothing when another process writes later', async () => {
      const memoryFile = join(folder, 'schemas.json');
      await away(memoryFile);
      fake.mood = 'up';
      fake.put('ref.stores-value', { type: 'string' });
      await open({ memoryFile }).schemasOf('ref.stores');
      fake.mood = 'broken';
      expect(await open({ memoryFile }).remembered('raw.gps')).toHaveLength(2);
    });

    it.each([
      ['cut short', (text: string) => text.slice(0, -5)],
      ['of another registry', (text: string) => text.replace('127.0.0.1', '127.0.0.2')],
      ['of another form', (text: string) => text.replace('"format":1', '"format":2')],
      ['not made of texts', (text: string) => text.replace(/"1":"[^,]*"/, '"1":1')],
    ])('counts for nothing when it is %s', async (_what, broken) => {
      const memoryFile = join(folder, 'schemas.json');
      await away(memoryFile);
      const text = await readFile(memoryFile, 'utf8');
      const changed = broken(text);
      expect(changed).not.toBe(text);
      await writeFile(memoryFile, changed);
      expect(await open({ memoryFile }).remembered('raw.gps')).toEqual([]);
    });

    it('may be out of reach', async () => {
      fake.put(SUBJECT, { type: 'int' });
      await writeFile(join(folder, 'file'), '');
      const registry = open({ memoryFile: join(folder, 'file', 'schemas.json') });
      expect(await registry.schemasOf('raw.gps')).toMatchObject({ kind: 'known' });
    });
  });
});
