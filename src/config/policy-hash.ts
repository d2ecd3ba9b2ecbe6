/** One short name for a set of privacy parameters: the SHA-256 of their canonical JSON. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../flow/canonical.ts';
import type { Policy } from '../model/policy.ts';

/** 64 hex digits. Stamped on manifests and on the ledger. */
export const policyHash = (policy: Policy): string =>
  createHash('sha256').update(canonicalJson(policy)).digest('hex');
