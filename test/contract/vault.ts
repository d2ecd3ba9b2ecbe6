/** What every salt vault must do, whatever it is made of. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { SaltName } from '../../src/model/identity.ts';
import { AUDIENCES } from '../../src/model/identity.ts';
import { HOUR_MS, epochStart } from '../../src/model/time.ts';
import type { HeldSalt, SaltVault } from '../../src/ports/salts.ts';

export interface VaultSubject {
  readonly open: () => Promise<SaltVault>;
  /** Leaves nothing behind; called after each test. */
  readonly cleanUp: () => Promise<void>;
  /** True when a vault that is opened again knows what the one before it knew. */
  readonly isDurable: boolean;
  readonly imported: boolean;
}

const START = 1_709_600_400_000;
export const nameOf = (hour: number, audience: SaltName['audience'] = 'nearby'): SaltName => ({
  audience,
  epoch: epochStart(START + hour * HOUR_MS),
});

const present = (salts: readonly (HeldSalt | null)[]): readonly HeldSalt[] =>
  salts.filter((salt) => salt !== null);

/** Runs the suite against one kind of vault. */
export const vaultContract = (kind: string, make: () => Promise<VaultSubject>): void => {
  describe(`a ${kind} vault`, () => {
    const opened: SaltVault[] = [];
    let subject: VaultSubject | null = null;
    const open = async (): Promise<SaltVault> => {
      subject ??= await make();
      const vault = await subject.open();
      opened.push(vault);
      return vault;
    };
    afterEach(async () => {
      for (const vault of opened.splice(0)) await vault.close();
      await subject?.cleanUp();
      subject = null;
    });

    it('says whether its salts are imported', async () => {
      const vault = await open();
      expect(vault.imported).toBe(subject?.imported);
    });

    it('G-05 makes a 256-bit salt for each audience and epoch, all different', async () => {
      const vault = await open();
      const names = AUDIENCES.flatMap((audience) => [0, 1, 2].map((hour) => nameOf(hour, audience)));
      const salts = present(await vault.hold(names));
      expect(salts.map((salt) => salt.name)).toEqual(names);
      expect(new Set(salts.map((salt) => salt.bytes.toString('hex'))).size).toBe(names.length);
      for (const { bytes } of salts) expect(bytes).toHaveLength(32);
    });

    it('G-07 commits to a salt by a hash that binds it to its name', async () => {
      const vault = await open();
      for (const salt of present(await vault.hold([nameOf(0), nameOf(0, 'statistics')]))) {
        const hash = createHash('sha256');
        hash.update(`oboro salt commitment v1\0${salt.name.audience}\0${String(salt.name.epoch)}\0`);
        expect(salt.commitment).toBe(hash.update(salt.bytes).digest('hex'));
      }
    });

    it('says once that a salt was born, and shares one buffer for good', async () => {
      const vault = await open();
      const [first, twin] = present(await vault.hold([nameOf(0), nameOf(0)]));
      const [again] = present(await vault.hold([nameOf(0)]));
      expect([first?.born, twin?.born, again?.born]).toEqual([true, false, false]);
      expect(again?.bytes).toBe(first?.bytes);
      expect(twin?.bytes).toBe(first?.bytes);
    });

    it('gives the same salt to those who ask at the same time', async () => {
      const vault = await open();
      const answers = await Promise.all([0, 1, 2, 3].map(() => vault.hold([nameOf(0), nameOf(1)])));
      const salts = answers.flatMap((answer) => present(answer)).filter(({ name }) => name.epoch === START);
      expect(new Set(salts.map(({ bytes }) => bytes)).size).toBe(1);
      expect(salts.filter(({ born }) => born)).toHaveLength(1);
    });

    it('G-07 zeroes what it destroys and never makes it again', async () => {
      const vault = await open();
      const [salt, other] = present(await vault.hold([nameOf(0), nameOf(1)]));
      await vault.destroy([nameOf(0)]);
      expect(salt?.bytes).toEqual(Buffer.alloc(32));
      expect(other?.bytes).not.toEqual(Buffer.alloc(32));
      expect(await vault.hold([nameOf(0)])).toEqual([null]);
      expect(await vault.hold([nameOf(1), nameOf(0), nameOf(0, 'statistics')])).toMatchObject([
        { born: false },
        null,
        { born: true },
      ]);
    });

    it('destroys again, and what it never had, without complaint', async () => {
      const vault = await open();
      await vault.destroy([nameOf(0)]);
      await vault.destroy([nameOf(0), nameOf(0)]);
      expect(await vault.hold([nameOf(0), nameOf(1)])).toMatchObject([null, { born: true }]);
    });

    it('takes an empty list', async () => {
      const vault = await open();
      expect(await vault.hold([])).toEqual([]);
      await vault.destroy([]);
    });

    it('zeroes what it holds when it is closed', async () => {
      const vault = await open();
      const salts = present(await vault.hold([nameOf(0), nameOf(1)]));
      await vault.close();
      for (const { bytes } of salts) expect(bytes).toEqual(Buffer.alloc(32));
    });

    it('is found again as it was left, if it is durable; if not, it begins anew', async () => {
      const before = await open();
      const [kept] = present(await before.hold([nameOf(0), nameOf(1)]));
      const hex = kept?.bytes.toString('hex');
      await before.destroy([nameOf(1)]);
      await before.close();
      const after = await open();
      const [found, destroyed] = await after.hold([nameOf(0), nameOf(1)]);
      const isSame = found?.bytes.toString('hex') === hex;
      expect(isSame).toBe(subject?.isDurable === true || subject?.imported === true);
      expect(found?.born).toBe(subject?.isDurable !== true);
      expect(destroyed === null).toBe(subject?.isDurable);
    });
  });
};
