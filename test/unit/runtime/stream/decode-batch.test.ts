import { describe, expect, it } from 'vitest';
import { drop, keep, quarantine } from '../../../../src/flow/outcome.ts';
import { RawId } from '../../../../src/model/identity.ts';
import type { RawRevocation } from '../../../../src/model/raw.ts';
import { OboroError } from '../../../../src/model/errors.ts';
import type { LogBatch, LogRecord } from '../../../../src/ports/log.ts';
import type { InputCodec, Intake } from '../../../../src/runtime/stream/codecs.ts';
import { decodeBatch } from '../../../../src/runtime/stream/decode-batch.ts';
import { aConsent, aFix, anErasure } from '../../../support/builders.ts';

const [fix, consent, erasure] = [aFix(), aConsent(), anErasure()];

/** Decodes values by their first letter; `s<n>` needs schema n, which a fetch brings. */
class LetterCodec implements InputCodec {
  readonly wanted = new Set<string>();
  readonly fetches: string[][] = [];
  readonly known = new Set<string>();
  decoded = 0;
  fault: OboroError | null = null;

  decode(_: unknown, { value }: LogRecord): Intake {
    this.decoded += 1;
    const text = value?.toString() ?? '';
    if (text.startsWith('s') && !this.known.has(text)) {
      this.wanted.add(text);
      return { kind: 'wait' };
    }
    return INTAKES[text[0] ?? ''] ?? { kind: 'revoke' };
  }

  revocationsOf(key: Buffer): readonly RawRevocation[] {
    return [{ kind: 'revocation', memberId: new RawId('member', key.toString()), deviceId: null }];
  }

  fetch(): Promise<void> {
    if (this.fault !== null) return Promise.reject(this.fault);
    this.fetches.push([...this.wanted]);
    for (const one of this.wanted) this.known.add(one);
    this.wanted.clear();
    return Promise.resolve();
  }
}

const INTAKES: Readonly<Record<string, Intake>> = {
  f: keep(fix),
  s: keep(fix),
  c: keep(consent),
  e: keep(erasure),
  q: quarantine('undecodable'),
  d: drop('late'),
};

const batchOf = (...texts: (string | Partial<LogRecord>)[]): LogBatch => {
  const records = texts.map((text, i) => ({
    ...{ offset: i, key: null },
    ...(typeof text === 'string' ? { value: Buffer.from(text) } : { value: null, ...text }),
  }));
  return { topic: 'raw.gps', partition: 0, from: 0, records, next: texts.length, end: texts.length };
};

describe('a decoded batch', () => {
  it('has events and rights apart, each in order, and what is to be set aside', async () => {
    const decoded = await decodeBatch(new LetterCodec(), batchOf('f', 'c', 'q', 'e', 'f', 'd', {}));
    expect(decoded.events).toEqual([fix, fix]);
    expect(decoded.rights).toEqual([consent, erasure]);
    expect(decoded.faults.map(({ record, reason }) => [record.offset, reason])).toEqual([[2, 'undecodable']]);
    expect(Object.fromEntries(decoded.outcomes)).toEqual({ keep: 4, undecodable: 1, late: 1 });
  });

  it('of nothing is nothing', async () => {
    const decoded = await decodeBatch(new LetterCodec(), batchOf());
    expect([decoded.events, decoded.rights, decoded.faults, decoded.outcomes.size]).toEqual([[], [], [], 0]);
  });

  it('waits for its schemas, all with one question, and holds every record once', async () => {
    const codec = new LetterCodec();
    const decoded = await decodeBatch(codec, batchOf('f', 's1', 'q', 's2', 's1', 'c'));
    expect(codec.fetches).toEqual([['s1', 's2']]);
    expect(decoded.events).toHaveLength(4);
    expect(decoded.rights).toHaveLength(1);
    expect(decoded.faults).toHaveLength(1);
    expect(Object.fromEntries(decoded.outcomes)).toEqual({ keep: 5, undecodable: 1 });
  });

  it('asks nobody when it misses nothing', async () => {
    const codec = new LetterCodec();
    await decodeBatch(codec, batchOf('f', 'q'));
    expect([codec.fetches, codec.decoded]).toEqual([[], 2]);
  });

  it('fails as a whole while the registry is away, to be given again', async () => {
    const codec = new LetterCodec();
    codec.fault = new OboroError('SERVICE_AWAY', 'away', { retriable: true });
    const batch = batchOf('f', 's1');
    await expect(decodeBatch(codec, batch)).rejects.toBe(codec.fault);
    codec.fault = null;
    expect((await decodeBatch(codec, batch)).events).toHaveLength(2);
  });

  it('takes a stand-in of an unreadable batch as a fault that no codec sees', async () => {
    const codec = new LetterCodec();
    const unreadable = { reason: 'undecodable', byteCount: 812 } as const;
    const decoded = await decodeBatch(codec, batchOf('f', { unreadable }, 'f'));
    expect(codec.decoded).toBe(2);
    expect(decoded.events).toHaveLength(2);
    expect(decoded.faults).toEqual([
      { record: { offset: 1, key: null, value: null, unreadable }, reason: 'undecodable' },
    ]);
    expect(Object.fromEntries(decoded.outcomes)).toEqual({ keep: 2, undecodable: 1 });
  });
});

describe('G-01 whoever the key of a right names is refused', () => {
  const rightsOf = async (topic: string, value: string | null, key: string | null) => {
    const record = {
      offset: 0,
      key: key === null ? null : Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
    };
    const batch = { topic, partition: 0, from: 0, records: [record], next: 1, end: 1 };
    const { rights, faults } = await decodeBatch(new LetterCodec(), batch);
    const kinds = rights.map((right) =>
      right.kind === 'revocation' ? `revokes ${right.memberId?.reveal() ?? ''}` : right.kind,
    );
    return { kinds, faults: faults.length };
  };

  const [ann, kind, nobody] = [['revokes ann'], ['consent'], []];

  it.each([
    ['by a tombstone', ['privacy.consent', null, 'ann'], { kinds: ann, faults: 0 }],
    ['by a consent that cannot be read', ['privacy.consent', 'q', 'ann'], { kinds: ann, faults: 1 }],
    ['by an erasure that cannot be read', ['privacy.erasure', 'q', 'ann'], { kinds: ann, faults: 1 }],
    ['not by a consent that can', ['privacy.consent', 'c', 'ann'], { kinds: kind, faults: 0 }],
    ['not where there is no key', ['privacy.consent', 'q', null], { kinds: nobody, faults: 1 }],
    ['not by an event that cannot be read', ['raw.gps', 'q', 'ann'], { kinds: nobody, faults: 1 }],
  ] as const)('%s', async (_, [topic, value, key], expected) => {
    expect(await rightsOf(topic, value, key)).toEqual(expected);
  });
});
