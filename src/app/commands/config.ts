/** `oboro config check|print`. */
import { loadConfig } from '../../config/load.ts';
import { printConfig } from '../../config/print.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export interface ConfigFlags extends TalkOptions {
  readonly config?: string;
}

export const configCheck = async (flags: ConfigFlags): Promise<void> => {
  const config = await loadConfig({ file: flags.config ?? null });
  const { json, result } = terminal(flags);
  if (json) result(JSON.stringify({ ok: true, policyHash: config.policyHash }));
  else result(`${flags.config ?? 'the defaults'}: in order. Policy hash ${config.policyHash}`);
};

export const configPrint = async (flags: ConfigFlags): Promise<void> => {
  const config = await loadConfig({ file: flags.config ?? null });
  const { json, result } = terminal(flags);
  result(printConfig(config, { json }).trimEnd());
};
