/** `oboro demo`. */
import type { TalkOptions } from '../terminal.ts';

export const demo = async (
  _flags: TalkOptions & { readonly out: string; readonly members: string },
): Promise<void> => {
  await Promise.resolve();
};
