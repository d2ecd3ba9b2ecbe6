/** `oboro explain`. */
import { loadConfig } from '../../config/load.ts';
import { explanation } from '../../topology/explain.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export const explain = async (flags: TalkOptions & { readonly config?: string }): Promise<void> => {
  const config = await loadConfig({ file: flags.config ?? null });
  const { json, result } = terminal(flags);
  const stages = explanation(config.policy);
  if (json) result(JSON.stringify(stages));
  else
    for (const { stage, sentences } of stages)
      result([stage, ...sentences.map((s) => `  ${s}`), ''].join('\n'));
};
