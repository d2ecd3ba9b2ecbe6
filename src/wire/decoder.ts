/** What every line format offers: one line in, one outcome out, and a fast look at the line's event time for scanning and sorting. */
import type { Outcome } from '../flow/outcome.ts';

/** The topics whose records may come as lines of a file. */
export const FILE_TOPICS = [
  'raw.gps',
  'raw.device',
  'raw.access-log',
  'privacy.consent',
  'privacy.erasure',
  'ref.stores',
] as const;
export type FileTopic = (typeof FILE_TOPICS)[number];

export interface LineDecoder<T> {
  /** Decodes one line without its line end. Never throws; never echoes content. */
  readonly decode: (line: string) => Outcome<T>;
  /** Event time in epoch ms, or null when the line has none that can be read; much cheaper than `decode`. */
  readonly timeOf: (line: string) => number | null;
}
