/** Opens the vault of an embedded run: imported salts where there are some, else random ones in a folder. */
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
