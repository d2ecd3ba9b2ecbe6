import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedRecord } from '../../../../src/app/feed/records.ts';
import { partitionOf } from '../../../../src/wire/murmur2.ts';
import { scratchFolder } from '../../../support/cli.ts';
import { consentLine, fixLine, writeStore } from '../../../support/inputs.ts';
import { feedOf, inputOf } from '../../../support/stream/stream.ts';

const T0 = Date.parse('2024-05-15T12:00:00+09:00');
const PLACE = { lat: 35.681236, lng: 139.767125 };
const PARTITIONS = 4;
const ann = { deviceId: 'phone-ann', memberId: 'member-ann' };
const ben = { deviceId: 'phone-ben' };

const deviceLine = (who: { deviceId: string; memberId?: string }, atMs: number): string =>
  `${JSON.stringify({ ...who, atMs, origin: 'APP', idType: 'INSTALL', osName: 'x' })}\n`;
const erasureLine = (who: object, atMs: number): string =>
  `${JSON.stringify({ ...who, atMs, requestId: 'r-1' })}\n`;

describe('records that are fed', () => {
  const scratch = scratchFolder();
  const folder = join(scratch.path, 'input');
  let records: readonly FeedRecord[] = [];

  const of = (topic: string): readonly FeedRecord[] => records.filter((record) => record.topic === topic);

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    writeStore(folder, 'bakery', PLACE);
    // The later record of the first file comes after that of the second.
    writeFileSync(
      join(folder, 'raw.gps.a.jsonl'),
      [fixLine(ben, T0 + 1_000, PLACE), 'no record\n', fixLine(ann, T0 + 3_000, PLACE)].join(''),
    );
    writeFileSync(join(folder, 'raw.gps.b.jsonl'), fixLine(ann, T0 + 2_000, PLACE));
    writeFileSync(join(folder, 'raw.device.jsonl'), deviceLine(ben, T0 + 1_500));
    writeFileSync(join(folder, 'privacy.consent.jsonl'), consentLine(ann, T0) + consentLine(ben, T0));
    writeFileSync(join(folder, 'privacy.erasure.jsonl'), erasureLine(ben, T0 + 9_000));
    records = await feedOf(folder, PARTITIONS);
  });

  afterAll(scratch.remove);

  it('G-01 are stores first, then all rights, then events', () => {
    expect(records.map(({ topic }) => topic)).toEqual([
      'ref.stores',
      'privacy.consent',
      'privacy.consent',
      'privacy.erasure',
      'raw.gps',
      'raw.device',
      'raw.gps',
      'raw.gps',
    ]);
  });

  it('are in the order of their times, whatever files they are in', () => {
    const times = inputOf(records, PARTITIONS).events.map(({ at }) => at);
    expect(times).toEqual([1_000, 1_500, 2_000, 3_000].map((ms) => T0 + ms));
  });

  it('are keyed by subject: the member, else the device; a store by its id', () => {
    const keys = (topic: string): readonly (string | undefined)[] =>
      of(topic).map(({ key }) => key?.toString());
    expect(keys('raw.gps')).toEqual(['phone-ben', 'member-ann', 'member-ann']);
    expect(keys('raw.device')).toEqual(['phone-ben']);
    expect(keys('privacy.consent')).toEqual(['member-ann', 'phone-ben']);
    expect(keys('privacy.erasure')).toEqual(['phone-ben']);
    expect(keys('ref.stores')).toEqual(['bakery']);
  });

  it('are on the partition that murmur2 gives their key, and everything of one subject on the same', () => {
    for (const { key, partition, topic } of records) {
      const partitions = topic === 'ref.stores' ? 1 : PARTITIONS;
      expect(partition).toBe(partitionOf(key ?? Buffer.alloc(0), partitions));
    }
    const partitions = new Map<string, Set<number>>();
    for (const { key, partition, topic } of records) {
      if (topic === 'ref.stores') continue;
      const name = key?.toString() ?? '';
      partitions.set(name, (partitions.get(name) ?? new Set()).add(partition));
    }
    expect([...partitions.values()].map(({ size }) => size)).toEqual([1, 1]);
  });

  it('are read by a worker as they were: none is set aside', () => {
    const { stores, rights, events } = inputOf(records, PARTITIONS);
    expect(stores.map(({ id }) => id)).toEqual(['bakery']);
    expect(rights.map(({ kind }) => kind)).toEqual(['consent', 'consent', 'erasure']);
    expect(events.map(({ kind }) => kind)).toEqual(['fix', 'device', 'fix', 'fix']);
    expect(events[0]).toMatchObject({ position: PLACE, accuracyM: 8, memberId: null });
  });

  it('are without what cannot be read', () => {
    expect(of('raw.gps')).toHaveLength(3);
  });

  it('are none of an empty folder', async () => {
    const empty = join(scratch.path, 'empty');
    mkdirSync(empty);
    const found = await feedOf(empty, 1).catch((cause: unknown) => cause);
    expect(found).toEqual(expect.objectContaining({ code: 'INPUT_MISSING' }));
  });
});
