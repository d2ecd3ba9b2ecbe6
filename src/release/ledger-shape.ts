/** What a ledger line must look like; a verifier trusts nothing that is not of this shape. */
import { z } from 'zod';
import type { LedgerLine } from '../model/ledger.ts';
import { SHARE_CLASSES } from '../model/ledger.ts';
import { AUDIENCES } from '../model/identity.ts';
import { DEMOGRAPHIC_DIMENSIONS, TERMINAL_DIMENSIONS, UNIT_KINDS } from '../model/table.ts';
import { WINDOW_KINDS } from '../model/time.ts';

const digest = z.string().min(1);
const ms = z.int();

const releasedKey = z.strictObject({
  unitKind: z.enum(UNIT_KINDS),
  unitId: z.string().min(1),
  resolution: z.int().min(0).max(15),
  windowKind: z.enum(WINDOW_KINDS),
  windowStart: z.iso.datetime({ offset: true }),
  holds: z.enum(['all', 'rest']),
  dimension: z
    .enum(['place', 'category', 'section', ...TERMINAL_DIMENSIONS, ...DEMOGRAPHIC_DIMENSIONS])
    .exactOptional(),
});

const coverage = z.strictObject({
  regionId: z.string().min(1),
  parameters: z.enum(['live', 'shadow']),
  shares: z.record(z.string(), z.enum(SHARE_CLASSES)),
});

const entry = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('genesis'),
    format: z.literal(1),
    policyVersion: z.int(),
    policyHash: digest,
    codeVersion: z.string(),
    publicKeys: digest,
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    vault: z.enum(['sealed', 'imported']),
  }),
  z.strictObject({
    type: z.literal('epoch_born'),
    audience: z.enum(AUDIENCES),
    epochStartMs: ms,
    commitment: digest,
  }),
  z.strictObject({ type: z.literal('epoch_destroyed'), audience: z.enum(AUDIENCES), epochStartMs: ms }),
  z.strictObject({
    type: z.literal('release'),
    table: z.enum(['visits', 'dwell', 'transitions', 'terminals', 'demographics', 'footfall']),
    epochStartMs: ms,
    date: z.iso.date(),
    windowKind: z.enum(WINDOW_KINDS),
    windowStartMs: ms,
    windowEndMs: ms,
    rows: z.int().min(0),
    keys: z.array(releasedKey),
    digest,
    coverage: z.array(coverage).exactOptional(),
  }),
  z.strictObject({ type: z.literal('erasure'), receipt: digest, date: z.iso.date(), no: ms }),
  z.strictObject({ type: z.literal('finished') }),
]);

const ledgerLine = z.strictObject({ seq: z.int().min(1), prev: digest, entry, hash: digest });

/** The line, or null when the value is none. */
export const asLedgerLine = (value: unknown): LedgerLine | null => {
  const parsed = ledgerLine.safeParse(value);
  return parsed.success ? parsed.data : null;
};
