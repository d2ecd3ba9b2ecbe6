import { describe, expect, it } from 'vitest';
import type { SaltName } from '../../../../src/model/identity.ts';
import { VaultView } from '../../../../src/runtime/stream/vault-view.ts';
import { EPOCH } from '../../../support/builders.ts';
import { HOUR, NEXT_EPOCH, NEXT_HOUR, named } from '../../adapters/stream/salted.ts';
import { VaultStand } from './vault-stand.ts';

const DAY = named('statistics', EPOCH);
const NEXT_DAY = named('statistics', NEXT_EPOCH);
const isOver = async (promise: Promise<void>): Promise<boolean> => {
  let over = false;
  void promise.then(() => {
    over = true;
  });
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
  return over;
};
const bytesOf = ({ view }: VaultStand, name: SaltName): Buffer => {
  const known = view.of(name);
  if (known === undefined || known === 'destroyed') throw new Error('a held salt expected');
  return known.bytes;
};
const ZEROES = Buffer.alloc(32);

describe('the view of the vault', () => {
  it('knows what it was shown, and nothing else', () => {
    const stand = new VaultStand();
    const [entry] = stand.hold(DAY);
    expect(stand.view.of(DAY)).toMatchObject({
      ...{ name: DAY, bytes: entry?.bytes, commitment: entry?.commitment, born: false },
    });
    expect(stand.view.of(NEXT_DAY)).toBeUndefined();
    expect(stand.view.of(named('nearby', EPOCH))).toBeUndefined();
  });

  it('lists what is held by audience and epoch', () => {
    const stand = new VaultStand();
    const names = [named('nearby', HOUR), named('nearby', NEXT_HOUR), DAY, NEXT_DAY];
    const [entry] = stand.hold(NEXT_DAY, named('nearby', NEXT_HOUR), DAY, named('nearby', HOUR));
    expect(stand.view.held()).toEqual(names);
    if (entry !== undefined) stand.read(stand.death(entry));
    expect(stand.view.held()).toEqual(names.slice(0, 3));
  });

  it('lets tombstones be', () => {
    const stand = new VaultStand();
    stand.hold(DAY);
    stand.read({ value: null });
    expect(stand.view.held()).toEqual([DAY]);
  });

  it('keeps the first buffer of a salt that it is shown twice: whoever has it sees it zeroed', () => {
    const stand = new VaultStand();
    const [entry] = stand.hold(DAY);
    const first = bytesOf(stand, DAY);
    if (entry === undefined) return;
    stand.read(stand.record(entry));
    expect(bytesOf(stand, DAY)).toBe(first);
  });
});

describe('who waits', () => {
  it('waits until each of the names is known', async () => {
    const stand = new VaultStand();
    const both = stand.view.known([DAY, NEXT_DAY]);
    expect(await isOver(both)).toBe(false);
    stand.hold(NEXT_DAY);
    expect(await isOver(both)).toBe(false);
    stand.hold(DAY);
    expect(await isOver(both)).toBe(true);
  });

  it('does not wait for what is known, or for nothing', async () => {
    const stand = new VaultStand();
    stand.hold(DAY);
    expect(await isOver(stand.view.known([DAY]))).toBe(true);
    expect(await isOver(stand.view.known([]))).toBe(true);
  });

  it('is told of a destroyed salt as well', async () => {
    const stand = new VaultStand();
    const known = stand.view.known([DAY]);
    stand.read(stand.death(stand.make(DAY)));
    expect(await isOver(known)).toBe(true);
    expect(stand.view.of(DAY)).toBe('destroyed');
  });

  it('is not told of others’ salts', async () => {
    const stand = new VaultStand();
    const [mine, theirs] = [stand.view.known([DAY]), stand.view.known([NEXT_DAY])];
    stand.hold(NEXT_DAY);
    expect([await isOver(mine), await isOver(theirs)]).toEqual([false, true]);
  });
});

describe('G-07 a destroyed salt', () => {
  it('is zeroed here, after whoever listens was told', () => {
    const stand = new VaultStand();
    const [entry] = stand.hold(DAY);
    const bytes = bytesOf(stand, DAY);
    const told: (readonly [SaltName, boolean])[] = [];
    stand.view.onDestroyed((name) => told.push([name, bytes.equals(ZEROES)]));
    if (entry !== undefined) stand.read(stand.death(entry));
    expect(told).toEqual([[DAY, false]]);
    expect(bytes).toEqual(ZEROES);
    expect(stand.view.of(DAY)).toBe('destroyed');
  });

  it('is told of once, and not to those who stopped listening', () => {
    const stand = new VaultStand();
    const [one, other] = stand.hold(DAY, NEXT_DAY);
    const told: SaltName[] = [];
    const stop = stand.view.onDestroyed((name) => told.push(name));
    if (one === undefined || other === undefined) return;
    stand.read(stand.death(one), stand.death(one));
    stop();
    stand.read(stand.death(other));
    expect(told).toEqual([DAY]);
  });

  it('is destroyed for good: a record that is read again brings nothing back', () => {
    const stand = new VaultStand();
    const [entry] = stand.hold(DAY);
    if (entry === undefined) return;
    stand.read(stand.death(entry), stand.record(entry));
    expect(stand.view.of(DAY)).toBe('destroyed');
    expect(stand.view.held()).toEqual([]);
  });

  it('leaves no copy behind that was read beside the one that is held', () => {
    const stand = new VaultStand();
    const copies: Buffer[] = [];
    const view = new VaultView({
      decode: (value) => {
        const entry = stand.codec.decode(value);
        if (entry.bytes !== null) copies.push(entry.bytes);
        return entry;
      },
    });
    const entry = stand.make(DAY);
    const birth = stand.record(entry);
    view.take(stand.batch(birth, birth, stand.death(entry), birth));
    expect(copies).toHaveLength(3);
    for (const copy of copies) expect(copy).toEqual(ZEROES);
  });
});
