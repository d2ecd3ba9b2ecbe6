/** Who counts towards k, and how many it takes: k distinct members plus a secret draw for each row. */
import { createHmac } from 'node:crypto';
import type { Pseudonym } from '../model/identity.ts';
import type { GatePolicy } from '../model/policy.ts';

/** Anything that one subject contributed. */
export interface Contributed {
  readonly subject: Pseudonym;
  /** True for members. */
  readonly linked: boolean;
}

export interface HeadCount {
  /** Distinct subjects: what is published. */
  readonly subjects: number;
  /** Distinct subjects that count towards k. */
  readonly towardsK: number;
}

/** Counts people, never contributions (G-10). */
export const headCount = (entries: Iterable<Contributed>, gate: GatePolicy): HeadCount => {
  const all = new Set<Pseudonym>();
  const linked = new Set<Pseudonym>();
  for (const entry of entries) {
    all.add(entry.subject);
    if (entry.linked) linked.add(entry.subject);
  }
  return { subjects: all.size, towardsK: gate.unlinkedRaiseK ? all.size : linked.size };
};

/**
 * The secret draw, 1…drawMax: a PRF (HMAC-SHA-256) of the row's key under the epoch's draw key, so the same after every
 * restart, and nowhere else: what appears of one row tells nothing of another's draw (ADR 18). The modulo bias is below
 * 2^-29.
 *
 * @guarantee G-10
 */
export const secretDraw = (drawKey: Buffer, row: string, drawMax: number): number => {
  if (drawMax === 0) return 0;
  const word = createHmac('sha256', drawKey).update('draw|').update(row).digest().readUInt32BE(0);
  return 1 + (word % drawMax);
};
