/** Retained state: what is left of an epoch whose salt is dead opens with nothing at hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCheckpoint, saveCheckpoint, unsealParts } from '../../src/adapters/state/checkpoint.ts';
import { SealedContributions } from '../../src/adapters/stream/contribution-codec.ts';
import { commitmentOf } from '../../src/adapters/vault/commitment.ts';
import { MemoryVault } from '../../src/adapters/vault/memory.ts';
import type { SaltName } from '../../src/model/identity.ts';
import { KeyRing } from '../../src/runtime/key-ring.ts';
import type { Sealed } from '../support/attacks/adversaries/retained-state.ts';
import { RETAINED_STATE, derivedFrom, opens, reads } from '../support/attacks/adversaries/retained-state.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { introduce, record } from '../support/attacks/score.ts';
import { DEPLOYMENT_KEY } from '../support/attacks/stage-s.ts';
import type { Counted, Stand } from '../support/attacks/stand.ts';
import { SeededBytes } from '../support/seeded.ts';

const DEAD_DAYS = 2;
const IN_A_VALUE = 500;
const TOPIC = 'oboro.contributions';

let stand: Stand;
const folder = mkdtempSync(join(tmpdir(), 'oboro-retained-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  stand = await cityStand();
  introduce(RETAINED_STATE);
});

interface Epochs {
  readonly vault: MemoryVault;
  readonly ring: KeyRing;
  readonly names: readonly SaltName[];
  readonly commitments: readonly string[];
}

/** All days' salts, held and known to the ring. */
const openEpochs = async (): Promise<Epochs> => {
  const [vault, ring] = [new MemoryVault(new SeededBytes('retained')), new KeyRing()];
  const names = stand.days.map(({ epoch }): SaltName => ({ audience: 'statistics', epoch }));
  const commitments: string[] = [];
  for (const salt of await vault.hold(names)) {
    if (salt === null) throw new Error('a new salt is missing');
    ring.add(salt);
    commitments.push(commitmentOf(salt.name, salt.bytes));
  }
  return { vault, ring, names, commitments };
};

const inParts = (messages: readonly Counted[]): readonly (readonly Counted[])[] =>
  Array.from({ length: Math.ceil(messages.length / IN_A_VALUE) }, (_, i) =>
    messages.slice(i * IN_A_VALUE, (i + 1) * IN_A_VALUE),
  );

/** What an operator copied while the epochs were alive. */
const copied = async ({ ring }: Epochs): Promise<readonly Sealed[]> => {
  const randomness = new SeededBytes('nonces');
  const codec = new SealedContributions({ keyOf: ring.keyOf, randomness });
  const days = stand.days.slice(0, DEAD_DAYS);
  const values = days.flatMap(({ epoch, contributions }, partition) =>
    inParts(contributions).map((messages): Sealed => {
      const value = codec.seal({ topic: TOPIC, partition }, epoch, messages);
      return { bytes: value.subarray(9), bound: [TOPIC, partition, epoch].join('|') };
    }),
  );
  const path = join(folder, 'state.bin');
  const parts = days.map(({ epoch, contributions }) => ({
    node: 'bounds',
    salt: { audience: 'statistics', epoch } as const,
    entries: contributions.slice(0, IN_A_VALUE),
  }));
  await saveCheckpoint(path, { open: {}, parts }, { keyOf: ring.keyOf, randomness });
  const saved = await readCheckpoint(path);
  return [...values, ...(saved?.sealed ?? []).map(({ bytes }) => ({ bytes: Buffer.from(bytes), bound: '' }))];
};

/** Everything at hand that may be a key or the root of one. */
const keysAtHand = ({ ring, names, commitments }: Epochs): readonly Buffer[] => {
  const dead = names.slice(0, DEAD_DAYS);
  const own = names.flatMap((name) => ring.keyOf(name, 'state') ?? []);
  const secrets = [
    Buffer.alloc(32),
    Buffer.alloc(0),
    DEPLOYMENT_KEY,
    ...commitments.flatMap((text) => [Buffer.from(text, 'hex'), Buffer.from(text)]),
    ...own,
  ];
  return [...own, DEPLOYMENT_KEY, Buffer.alloc(32), ...derivedFrom(secrets, dead)];
};

const wordsOf = (): readonly string[] => {
  const words = new Set<string>();
  for (const { contributions } of stand.days.slice(0, DEAD_DAYS)) {
    for (const message of contributions.slice(0, IN_A_VALUE)) {
      words.add(message.subject);
      if ('store' in message) words.add(message.store);
      if ('cell' in message) words.add(message.cell);
    }
  }
  return [...words].slice(0, 400);
};

test('G-04 G-07 sealed values of dead epochs', async () => {
  const epochs = await openEpochs();
  const values = await copied(epochs);
  expect(values.length).toBeGreaterThan(10);
  const words = wordsOf();
  const share = (keys: readonly Buffer[]): number =>
    values.filter((value) => opens(value, keys) || reads(value, words)).length / values.length;
  const control = share(keysAtHand(epochs));
  const dead = epochs.names.slice(0, DEAD_DAYS);
  for (const name of dead) epochs.ring.retire(name);
  await epochs.vault.destroy(dead);
  const value = share(keysAtHand(epochs));
  const saved = await readCheckpoint(join(folder, 'state.bin'));
  expect(() => unsealParts(saved?.sealed ?? [], epochs.ring.keyOf)).toThrow();
  expect((await epochs.vault.hold(dead)).every((salt) => salt === null)).toBe(true);
  record({
    id: 'retained-state.stream.opened',
    adversary: RETAINED_STATE.name,
    tier: 'stream',
    measure: `share of ${values.length} sealed values that open after their salts’ death`,
    value,
    control,
    controlBar: 1,
    bound: 0,
    better: 'lower',
    tolerance: 0,
  });
});
