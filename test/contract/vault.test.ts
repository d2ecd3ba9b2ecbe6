/** The vault contract on every vault that needs no service. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskVault } from '../../src/adapters/vault/disk.ts';
import { ImportedVault, parseImport } from '../../src/adapters/vault/imported.ts';
import { MemoryVault } from '../../src/adapters/vault/memory.ts';
import type { VaultSubject } from './vault.ts';
import { vaultContract } from './vault.ts';

const randomness = { bytes: (length: number): Buffer => randomBytes(length) };
const nothing = (): Promise<void> => Promise.resolve();

vaultContract('memory', () =>
  Promise.resolve({
    open: () => Promise.resolve(new MemoryVault(randomness)),
    cleanUp: nothing,
    isDurable: false,
    imported: false,
  }),
);

vaultContract('imported', () =>
  Promise.resolve({
    open: () => Promise.resolve(new ImportedVault(parseImport(Buffer.from('sixteen bytes or more'), 'f'))),
    cleanUp: nothing,
    isDurable: false,
    imported: true,
  }),
);

const onDisk = (key: Buffer | null) => async (): Promise<VaultSubject> => {
  const parent = await mkdtemp(join(tmpdir(), 'oboro-vault-'));
  const directory = join(parent, 'vault');
  return {
    open: () => openDiskVault({ directory, key, randomness }),
    cleanUp: () => rm(parent, { recursive: true }),
    isDurable: true,
    imported: false,
  };
};

vaultContract('disk', onDisk(null));
vaultContract('wrapped disk', onDisk(randomBytes(32)));
