/** The configuration as the rest of the house gets it: checked once, frozen, with the origin of each value. */
import type { Policy } from '../model/policy.ts';
import type { Connections } from './connections.ts';
import type { Settings } from './schema.ts';

export interface Config extends Connections {
  /** The privacy parameters, for the stations. */
  readonly policy: Policy;
  /** SHA-256 of the policy, 64 hex digits. */
  readonly policyHash: string;
  readonly vault: Readonly<Settings['vault']>;
  readonly run: Readonly<Settings['run']>;
  /** What was written, with defaults filled in: for `config print`. */
  readonly settings: Settings;
  /** By dotted key: `file:line:col`, a variable, a flag, or `default`. */
  readonly origins: ReadonlyMap<string, string>;
}
