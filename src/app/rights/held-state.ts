/** What the state of a sanitize task holds of one subject. */
import type { RawId } from '../../model/identity.ts';

/** Counted by fold and epoch. */
export interface HeldState {
  readonly fold: string;
  readonly epochStartMs: number;
  readonly keys: number;
}

export type LookIntoState = (subject: RawId, partition: number) => Promise<readonly HeldState[]>;
