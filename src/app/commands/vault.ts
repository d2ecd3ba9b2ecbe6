/** `oboro vault import`. */
import { importVault } from '../../adapters/vault/imported.ts';
import { loadConfig } from '../../config/load.ts';
import { importFolder } from '../run/vault.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export const vaultImport = async (
  file: string,
  flags: TalkOptions & { readonly config?: string },
): Promise<void> => {
  const config = await loadConfig({ file: flags.config ?? null });
  const folder = importFolder(config);
  await importVault(file, folder);
  const talk = terminal(flags);
  talk.result(folder);
  talk.talk('Runs with this configuration now use fixed salts, and their manifests say so: for tests only.');
  talk.talk(`Remove ${folder} to go back to random salts.`);
};
