/** The shape of a rule between keys. */
import type { Settings } from './schema.ts';

export interface Rule {
  /** The key at whose place the error is shown. */
  readonly key: string;
  /** Completes "expected …"; says what to do where that is not plain. */
  readonly expected: string;
  readonly holds: (settings: Settings) => boolean;
}
