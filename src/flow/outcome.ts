/** What becomes of one input at one station: it is kept, dropped for a lawful reason, or quarantined as unusable. */
import type { DropReason, QuarantineReason } from '../model/reasons.ts';

export interface Keep<T> {
  readonly kind: 'keep';
  readonly value: T;
}

export interface Drop {
  readonly kind: 'drop';
  readonly reason: DropReason;
}

export interface Quarantine {
  readonly kind: 'quarantine';
  readonly reason: QuarantineReason;
  /** Name of the field at fault; never its value. */
  readonly field: string | null;
  /** What was expected there, in a few words; never record content. */
  readonly expected: string | null;
}

export type Outcome<T> = Keep<T> | Drop | Quarantine;

export const keep = <T>(value: T): Keep<T> => ({ kind: 'keep', value });
export const drop = (reason: DropReason): Drop => ({ kind: 'drop', reason });
export const quarantine = (
  reason: QuarantineReason,
  field: string | null = null,
  expected: string | null = null,
): Quarantine => ({ kind: 'quarantine', reason, field, expected });
