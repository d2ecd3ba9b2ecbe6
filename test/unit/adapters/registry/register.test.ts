/** Registering all schemas: the level first, nothing twice, and clear words when it cannot be. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerSchemas } from '../../../../src/adapters/registry/register.ts';
import type { Registered } from '../../../../src/adapters/registry/register.ts';
import { SCHEMAS } from '../../../../src/wire/schemas.gen.ts';
import { FakeRegistry } from '../../../support/registry/fake-registry.ts';

const ALL = Object.values(SCHEMAS);

describe('registering', () => {
  let fake: FakeRegistry;
  beforeEach(async () => {
    fake = await new FakeRegistry().start();
  });
  afterEach(() => fake.stop());

  const register = (schemas = ALL): Promise<readonly Registered[]> =>
    registerSchemas(schemas, { url: fake.url, auth: null, tls: null, timeoutMs: 500 });

  it.each([false, true])(
    'takes all topics, each under its level (level needs subject: %j)',
    async (needs) => {
      fake.levelNeedsSubject = needs;
      const registered = await register();
      expect(registered.map(({ topic, version, isNew }) => ({ topic, version, isNew }))).toEqual(
        ALL.map(({ topic }) => ({ topic, version: 1, isNew: true })),
      );
      for (const { topic, compatibility } of ALL) expect(fake.levelOf(`${topic}-value`)).toBe(compatibility);
    },
  );

  it('sets the level before the schema comes', async () => {
    await register([SCHEMAS['raw.gps']]);
    const changes = fake.requests.filter((request) => !request.startsWith('GET'));
    expect(changes).toEqual([
      'PUT /config/raw.gps-value',
      'POST /subjects/raw.gps-value',
      'POST /subjects/raw.gps-value/versions',
      'POST /subjects/raw.gps-value',
    ]);
  });

  it('changes nothing the second time', async () => {
    const first = await register();
    fake.requests.length = 0;
    const second = await register();
    expect(second).toEqual(first.map((one) => ({ ...one, isNew: false })));
    expect(fake.requests.filter((request) => /^PUT|versions/.test(request))).toEqual([]);
  });

  it('sets a level that somebody changed, also of a known schema', async () => {
    fake.put('raw.gps-value', SCHEMAS['raw.gps']);
    const [one] = await register([SCHEMAS['raw.gps']]);
    expect(one).toMatchObject({ isNew: false, version: 1 });
    expect(fake.levelOf('raw.gps-value')).toBe('BACKWARD_TRANSITIVE');
  });

  it('stops at a schema that does not fit what is there', async () => {
    fake.put('raw.gps-value', { type: 'long' });
    fake.incompatible.add(JSON.stringify(SCHEMAS['raw.gps']));
    await expect(register([SCHEMAS['raw.gps']])).rejects.toMatchObject({
      code: 'CFG_INVALID',
      exitCode: 78,
      message: 'raw.gps-value: the registered versions are not compatible with this one',
    });
  });

  it.each([
    ['broken', 'SERVICE_AWAY'],
    ['page', 'SERVICE_AWAY'],
    ['locked', 'CFG_INVALID'],
    ['elsewhere', 'CFG_INVALID'],
  ] as const)('says so when the registry is %s', async (mood, code) => {
    fake.mood = mood;
    const error: unknown = await register().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('canary');
  });
});
