/** Keys, pseudonyms and operations for tests of the stream's codecs. */
import { createHash } from 'node:crypto';
import { latLngToCell } from 'h3-js';
import type { ChangelogMeans } from '../../../../src/adapters/stream/changelog-codec.ts';
import { SealedChangelog } from '../../../../src/adapters/stream/changelog-codec.ts';
import type { Audience, Pseudonym, SaltName, Who } from '../../../../src/model/identity.ts';
import { pseudonym } from '../../../../src/model/identity.ts';
import type { CellId, Position } from '../../../../src/model/place.ts';
import { cellId } from '../../../../src/model/place.ts';
import type { NearFix, SanitizedLocation } from '../../../../src/model/sanitized.ts';
import type { EpochStart } from '../../../../src/model/time.ts';
import { DAY_MS, HOUR_MS, epochStart, eventTime, watermark } from '../../../../src/model/time.ts';
import { KeyRing } from '../../../../src/runtime/key-ring.ts';
import type { SlotRecord } from '../../../../src/runtime/fold-runner.ts';
import type { ChangelogHeader } from '../../../../src/runtime/stream/codecs.ts';
import { EPOCH, clock, placeAt } from '../../../support/builders.ts';
import { SeededBytes } from '../../../support/seeded.ts';

export const NEXT_EPOCH = epochStart(EPOCH + DAY_MS);
export const HOUR = epochStart(clock('12:00'));
export const NEXT_HOUR = epochStart(HOUR + HOUR_MS);

export const named = (audience: Audience, epoch: EpochStart): SaltName => ({ audience, epoch });

/** Two days and two hours. */
export const NAMES: readonly SaltName[] = [
  named('statistics', EPOCH),
  named('statistics', NEXT_EPOCH),
  named('nearby', HOUR),
  named('nearby', NEXT_HOUR),
];

const hashed = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A ring that holds the salts; each ring has buffers of its own. */
export const aRing = (names: readonly SaltName[] = NAMES): KeyRing => {
  const ring = new KeyRing();
  for (const name of names) {
    const bytes = hashed(`salt ${name.audience} ${String(name.epoch)}`);
    ring.add({ name, bytes, commitment: '', born: false });
  }
  return ring;
};

/** 32 hex digits, the same for the same name. */
export const idOf = (name: string): Pseudonym => pseudonym(hashed(name).toString('hex').slice(0, 32));

export const STATE = { topic: 'oboro.state', partition: 3 } as const;

export const changelogOf = (ring: KeyRing, over: Partial<ChangelogMeans> = {}): SealedChangelog<SlotRecord> =>
  new SealedChangelog<SlotRecord>({
    ...{ place: STATE, deployment: 'main', keyOf: ring.keyOf, randomness: new SeededBytes('nonces') },
    ...over,
  });

export const aHeader = (over: Partial<ChangelogHeader> = {}): ChangelogHeader => ({
  kind: 'delta',
  sequence: 7,
  partitions: 4,
  rules: 'rules',
  positions: [
    { ...STATE, topic: 'raw.gps', offset: 41 },
    { ...STATE, topic: 'privacy.consent', offset: 2 },
  ],
  clocks: [{ topic: 'raw.gps', clock: clock('12:03') }],
  now: watermark(clock('11:58')),
  marked: watermark(clock('11:57')),
  ...over,
});

export const cellAt = ({ lat, lng }: Position, resolution: number): CellId =>
  cellId(latLngToCell(lat, lng, resolution));

export const aWho = (name: string, epoch: EpochStart = EPOCH): Who => ({
  epoch,
  subject: idOf(`subject ${name}`),
  device: idOf(`device ${name}`),
  linked: true,
});

export const aNear = (who: Who, over: Partial<NearFix> = {}): NearFix => {
  const position = over.position ?? placeAt(3, 1, 0);
  return { who, position, at: clock('12:01'), accuracyM: 8.5, cell: cellAt(position, 9), ...over };
};

export const aLocation = (name: string, over: Partial<SanitizedLocation> = {}): SanitizedLocation => ({
  pseudonym: idOf(`nearby ${name}`),
  epoch: HOUR,
  cell: cellAt(placeAt(3, 1, 0), 8),
  resolution: 8,
  bucketStart: clock('12:00'),
  bucketS: 300,
  requestId: null,
  expiresAt: eventTime(clock('12:10')),
  ...over,
});

/** What the lookup memory needs of a location: all that a changelog keeps of it. */
export const kept = ({ pseudonym: who, epoch, cell, bucketStart }: SanitizedLocation) => ({
  pseudonym: who,
  epoch,
  cell,
  bucketStart,
});
