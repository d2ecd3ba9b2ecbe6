import { describe, expect, it } from 'vitest';
import { keep, quarantine } from '../../../../src/flow/outcome.ts';
import type { InputCodec } from '../../../../src/runtime/stream/codecs.ts';
import { readRights } from '../../../../src/runtime/stream/read-rights.ts';
import { aConsent } from '../../../support/builders.ts';
import { MemoryLog } from '../../../support/stream/memory-log.ts';

const PLACE = { topic: 'privacy.consent', partition: 0 } as const;

/** Each value is the version of a consent; `x` cannot be read. */
const input: InputCodec = {
  decode: (_, { value }) => {
    const text = value?.toString() ?? '';
    return text === 'x' ? quarantine('undecodable') : keep(aConsent({ version: Number(text) }));
  },
  revocationsOf: () => [],
  fetch: () => Promise.resolve(),
};

const read = async (values: readonly string[], acted: number | null) => {
  const log = new MemoryLog({ 'privacy.consent': 1 });
  log.append(values.map((value) => ({ ...PLACE, key: null, value: Buffer.from(value) })));
  const said: string[] = [];
  const versionOf = (right: object): string => String((right as { policyVersion: number }).policyVersion);
  const end = await readRights(
    { log, input, place: PLACE, acted },
    {
      remember: (right) => said.push(`remember ${versionOf(right)}`),
      right: (right) => said.push(`act on ${versionOf(right)}`),
      setAside: (place, { record, reason }) => said.push(`${reason} ${place.topic}@${record.offset}`),
    },
  );
  return { said, end };
};

describe('G-01 the rights of a partition, read before any event', () => {
  it('are acted upon where nothing was saved', async () => {
    expect(await read(['1', '2'], null)).toEqual({ said: ['act on 1', 'act on 2'], end: 2 });
  });

  it('are only remembered as far as the saved state has acted upon them', async () => {
    expect(await read(['1', '2', '3', '4'], 2)).toEqual({
      said: ['remember 1', 'remember 2', 'act on 3', 'act on 4'],
      end: 4,
    });
  });

  it('are all remembered where nothing new came', async () => {
    expect((await read(['1', '2'], 2)).said).toEqual(['remember 1', 'remember 2']);
  });

  it('that cannot be read are set aside once: not again what was before', async () => {
    expect((await read(['x', '1', 'x'], 1)).said).toEqual(['act on 1', 'undecodable privacy.consent@2']);
  });

  it('are nothing on an empty topic', async () => {
    expect(await read([], null)).toEqual({ said: [], end: 0 });
  });
});
