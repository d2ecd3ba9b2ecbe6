/** Opens the vault of an embedded run: imported salts where there are some, else random ones in a folder. */
import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { openDiskVault } from '../../adapters/vault/disk.ts';
import { ImportedVault, readImported } from '../../adapters/vault/imported.ts';
import { readKeyFile } from '../../adapters/vault/wrap.ts';
import type { Config } from '../../config/config.ts';
import type { Randomness } from '../../ports/clock.ts';
import type { SaltVault } from '../../ports/salts.ts';
import type { Workspace } from './workspace.ts';

/** Where `oboro vault import` puts fixed salts, and where a run looks for them. */
export const importFolder = (config: Config): string => join(config.vault.path, 'imported');

export const openVault = async (
  config: Config,
  workspace: Workspace,
  randomness: Randomness,
): Promise<SaltVault> => {
  const imported = await readImported(importFolder(config));
  if (imported !== null) return new ImportedVault(imported);
  const { keyFile } = config.vault;
  const key = keyFile === null ? null : await readKeyFile(keyFile);
  return openDiskVault({ directory: workspace.vaultDir, key, randomness });
};

/**
 * The key of one run: it seals spools and keys the consent book, and dies with the run. With a key file it is made of
 * what lies in the output folder and of the key together (HKDF-SHA-256), so that neither alone opens a spool.
 */
export const openRunKey = async (
  config: Config,
  workspace: Workspace,
  randomness: Randomness,
): Promise<Buffer> => {
  const seed = await workspace.runKey(randomness);
  const { keyFile } = config.vault;
  if (keyFile === null) return seed;
  const key = await readKeyFile(keyFile);
  return Buffer.from(hkdfSync('sha256', key, seed, 'oboro run key v1', seed.length));
};
