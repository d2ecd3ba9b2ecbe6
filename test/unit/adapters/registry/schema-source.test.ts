/** What decoders are taught, refused and left waiting for, on a registry that comes, goes and lags. */
import { describe, expect, it } from 'vitest';
import { SchemaTeacher } from '../../../../src/adapters/registry/schema-source.ts';
import { wallTime } from '../../../../src/model/time.ts';
import type { RegisteredSchema, SchemaRegistry } from '../../../../src/ports/registry.ts';
import { framedEncoder } from '../../../../src/wire/framed.ts';
import { TopicIntake } from '../../../../src/wire/intake-record.ts';
import { SCHEMAS } from '../../../../src/wire/schemas.gen.ts';
import { SAMPLES } from '../../wire/samples.ts';

/** A registry whose answers are set by hand, and a clock that moves by being slept on. */
class Stand {
  now = 1_000;
  isAway = false;
  looks = 0;
  /** Called before each look, with its number. */
  onLook: (look: number) => void = () => undefined;
  readonly schemas: RegisteredSchema[] = [];
  readonly memory: RegisteredSchema[] = [];
  readonly intake = new TopicIntake({ topic: 'raw.gps', partitions: 1 });
  readonly registry: SchemaRegistry = {
    idOf: () => Promise.reject(new Error('not asked')),
    schemasOf: () => {
      this.looks += 1;
      this.onLook(this.looks);
      return Promise.resolve(this.isAway ? { kind: 'away' } : { kind: 'known', schemas: [...this.schemas] });
    },
    remembered: () => Promise.resolve(this.memory),
    close: () => undefined,
  };
  readonly teacher = new SchemaTeacher({
    registry: this.registry,
    clock: {
      now: () => wallTime(this.now),
      sleep: (ms) => {
        this.now += ms;
        return Promise.resolve();
      },
    },
    confirmAfterMs: 500,
    refuseForMs: 10_000,
  });

  add(id: number): void {
    this.schemas.push({ id, schema: SCHEMAS['raw.gps'] });
  }

  read(id: number): string {
    const value = framedEncoder('raw.gps', id)(SAMPLES['raw.gps']);
    const outcome = this.intake.decode({ key: Buffer.from('canary-member'), value }, 0);
    return outcome.kind === 'quarantine' ? outcome.reason : outcome.kind;
  }

  fetch(...ids: readonly number[]): Promise<'settled' | 'away'> {
    return this.teacher.fetch(ids.map((id) => ({ topic: 'raw.gps', id })));
  }
}

describe('a decoder', () => {
  it('is taught all there is when it is admitted', async () => {
    const stand = new Stand();
    stand.add(1);
    stand.add(2);
    expect(await stand.teacher.admit(stand.intake)).toBe('settled');
    expect([stand.read(1), stand.read(2), stand.read(3)]).toEqual(['keep', 'keep', 'wait']);
  });

  it('starts from memory while the registry is away', async () => {
    const stand = new Stand();
    stand.isAway = true;
    stand.memory.push({ id: 1, schema: SCHEMAS['raw.gps'] });
    expect(await stand.teacher.admit(stand.intake)).toBe('away');
    expect([stand.read(1), stand.read(2)]).toEqual(['keep', 'wait']);
  });

  it('is taught what was registered since', async () => {
    const stand = new Stand();
    await stand.teacher.admit(stand.intake);
    stand.add(4);
    expect(await stand.fetch(4)).toBe('settled');
    expect(stand.read(4)).toBe('keep');
    expect(stand.looks).toBe(2);
  });

  it('learns nothing after it is dismissed', async () => {
    const stand = new Stand();
    await stand.teacher.admit(stand.intake);
    stand.teacher.dismiss(stand.intake);
    stand.add(4);
    await stand.fetch(4);
    expect(stand.read(4)).toBe('wait');
  });
});

describe('an id that nobody has', () => {
  it('is refused after a second look, for a while', async () => {
    const stand = new Stand();
    await stand.teacher.admit(stand.intake);
    expect(await stand.fetch(9)).toBe('settled');
    expect(stand.read(9)).toBe('unknown_schema');
    expect(stand.looks).toBe(3);
    stand.now += 9_999;
    expect(stand.read(9)).toBe('unknown_schema');
    stand.now += 1;
    expect(stand.read(9)).toBe('wait');
  });

  it('is not refused when it shows at the second look', async () => {
    const stand = new Stand();
    await stand.teacher.admit(stand.intake);
    stand.onLook = (look) => {
      if (look === 3) stand.add(9);
    };
    await stand.fetch(9);
    expect(stand.read(9)).toBe('keep');
  });

  it('costs two looks however many there are', async () => {
    const stand = new Stand();
    await stand.teacher.admit(stand.intake);
    await stand.fetch(...Array.from({ length: 5_000 }, (_none, i) => i + 100));
    expect(stand.looks).toBe(3);
    expect([stand.read(100), stand.read(5_099), stand.read(5_100)]).toEqual([
      'unknown_schema',
      'unknown_schema',
      'wait',
    ]);
  });
});

describe('a registry that is away', () => {
  it('leaves unknown ids waiting and known ones going', async () => {
    const stand = new Stand();
    stand.add(1);
    await stand.teacher.admit(stand.intake);
    stand.isAway = true;
    expect(await stand.fetch(9)).toBe('away');
    expect([stand.read(1), stand.read(9)]).toEqual(['keep', 'wait']);
  });

  it('refuses nothing when it goes between the looks', async () => {
    const stand = new Stand();
    await stand.teacher.admit(stand.intake);
    stand.onLook = (look) => {
      stand.isAway = look === 3;
    };
    expect(await stand.fetch(9)).toBe('away');
    expect(stand.read(9)).toBe('wait');
  });

  it('does not keep what is there from being taught', async () => {
    const stand = new Stand();
    await stand.teacher.admit(stand.intake);
    stand.add(1);
    stand.onLook = (look) => {
      stand.isAway = look === 3;
    };
    expect(await stand.fetch(1, 9)).toBe('away');
    expect([stand.read(1), stand.read(9)]).toEqual(['keep', 'wait']);
  });
});
