/** A real schema registry: registering, allowing, refusing, and working on while it is gone. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RegistryOptions } from '../../src/adapters/registry/client.ts';
import { RegistryClient } from '../../src/adapters/registry/client.ts';
import { registerSchemas } from '../../src/adapters/registry/register.ts';
import { ConfluentRegistry } from '../../src/adapters/registry/registry.ts';
import { SchemaTeacher } from '../../src/adapters/registry/schema-source.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { framedEncoder } from '../../src/wire/framed.ts';
import { TopicIntake } from '../../src/wire/intake-record.ts';
import type { TopicSchema } from '../../src/wire/schemas.gen.ts';
import { SCHEMAS } from '../../src/wire/schemas.gen.ts';
import { describeWithProcesses, describeWithServices } from '../support/services/needs.ts';
import type { Registry } from '../support/services/registry.ts';
import { startRegistry } from '../support/services/registry.ts';
import { SAMPLES } from '../unit/wire/samples.ts';

const optionsOf = (url: string): RegistryOptions => ({ url, auth: null, tls: null, timeoutMs: 10_000 });

const optional = (name: string) => ({ name, type: ['null', 'string'], default: null });

const KEY = Buffer.from('canary-member');
const readGps = (intake: TopicIntake<'raw.gps'>, id: number, suffix: readonly number[] = []): string => {
  const value = Buffer.concat([framedEncoder('raw.gps', id)(SAMPLES['raw.gps']), Buffer.from(suffix)]);
  const outcome = intake.decode({ key: KEY, value }, 0);
  return outcome.kind === 'quarantine' ? outcome.reason : outcome.kind;
};

describeWithServices('a real registry', ['registry'], ({ registry: url }) => {
  /** The schemas under topics of their own, since the registry is shared. */
  const prefix = randomUUID();
  const all = Object.values(SCHEMAS).map((schema): TopicSchema => ({
    ...schema,
    topic: `${prefix}.${schema.topic}` as TopicSchema['topic'],
  }));

  it('takes all schemas under their levels, once', async () => {
    const first = await registerSchemas(all, optionsOf(url));
    expect(first.map(({ isNew, version }) => [isNew, version])).toEqual(all.map(() => [true, 1]));
    const second = await registerSchemas(all, optionsOf(url));
    expect(second).toEqual(first.map((one) => ({ ...one, isNew: false })));
    const client = new RegistryClient(optionsOf(url));
    for (const { topic, compatibility } of all) {
      expect(await client.compatibility(`${topic}-value`)).toBe(compatibility);
    }
    client.close();
  });

  it('refuses what is not compatible, and takes what is as the next version', async () => {
    const schema = { ...SCHEMAS['release.visits'], topic: `${randomUUID()}.visits` as TopicSchema['topic'] };
    await registerSchemas([schema], optionsOf(url));
    const wider = {
      ...schema,
      fields: [...schema.fields, { ...optional('more'), doc: '', privacy: 'none' as const }],
    };
    expect(await registerSchemas([wider], optionsOf(url))).toMatchObject([{ version: 2, isNew: true }]);
    const broken = { ...schema, fields: schema.fields.slice(2) };
    await expect(registerSchemas([broken], optionsOf(url))).rejects.toMatchObject({
      code: 'CFG_INVALID',
      message: expect.stringContaining('not compatible') as string,
    });
  });
});

describeWithProcesses('a registry of our own', ['registry'], () => {
  let server: Registry;
  beforeAll(async () => {
    server = await startRegistry();
    await registerSchemas(Object.values(SCHEMAS), optionsOf(server.url));
  });
  afterAll(() => server.stop());

  const open = (url = server.url, timeoutMs = 10_000): ConfluentRegistry =>
    new ConfluentRegistry({ ...optionsOf(url), timeoutMs, memoryFile: null });
  const stand = (registry: ConfluentRegistry) => ({
    intake: new TopicIntake({ topic: 'raw.gps', partitions: 1 }),
    teacher: new SchemaTeacher({ registry, clock: systemClock, confirmAfterMs: 1 }),
  });

  it('gives own ids, and lets a topic’s records name only its own schemas', async () => {
    const registry = open();
    const { intake, teacher } = stand(registry);
    const [gps, device] = [await registry.idOf('raw.gps'), await registry.idOf('raw.device')];
    expect(await teacher.admit(intake)).toBe('settled');
    expect([readGps(intake, gps), readGps(intake, device)]).toEqual(['keep', 'wait']);
    const wanted = [device, 999_999].map((id) => ({ topic: 'raw.gps', id }));
    expect(await teacher.fetch(wanted)).toBe('settled');
    expect([readGps(intake, device), readGps(intake, 999_999)]).toEqual(['unknown_schema', 'unknown_schema']);
    registry.close();
  });

  it('teaches a schema that a producer registers later', async () => {
    const registry = open();
    const { intake, teacher } = stand(registry);
    await teacher.admit(intake);
    const client = new RegistryClient(optionsOf(server.url));
    const wider = { ...SCHEMAS['raw.gps'], fields: [...SCHEMAS['raw.gps'].fields, optional('more')] };
    const id = await client.register('raw.gps-value', JSON.stringify(wider));
    client.close();
    expect(readGps(intake, id, [0])).toBe('wait');
    await teacher.fetch([{ topic: 'raw.gps', id }]);
    expect(readGps(intake, id, [0])).toBe('keep');
    registry.close();
  });

  it('is away at a wrong address of the same server', async () => {
    const registry = open(server.url.replace('/ccompat/v7', '/ccompat/v99'));
    expect(await registry.schemasOf('raw.gps')).toEqual({ kind: 'away' });
    registry.close();
  });

  it('may freeze, die and come back: known schemas go on, unknown ones wait', async () => {
    const registry = open(server.url, 1_000);
    const { intake, teacher } = stand(registry);
    const id = await registry.idOf('raw.gps');
    await teacher.admit(intake);
    const wanted = [{ topic: 'raw.gps', id: 999_998 }];
    server.pause();
    expect(await teacher.fetch(wanted)).toBe('away');
    server.resume();
    await server.kill();
    expect(await teacher.fetch(wanted)).toBe('away');
    expect([readGps(intake, id), readGps(intake, 999_998)]).toEqual(['keep', 'wait']);
    await server.restart();
    expect(await teacher.fetch(wanted)).toBe('settled');
    expect(readGps(intake, 999_998)).toBe('unknown_schema');
    registry.close();
  });
});
