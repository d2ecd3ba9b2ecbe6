/** The topics that the stream reads and writes, and which of them are co-partitioned. */

export const TOPICS = {
  consent: 'privacy.consent',
  erasure: 'privacy.erasure',
  contributions: 'oboro.contributions',
  state: 'oboro.state',
  vault: 'oboro.vault',
  gate: 'oboro.gate',
  ledger: 'release.ledger',
} as const;

/** The gate task of this partition is the vault's only writer. */
export const VAULT_PARTITION = 0;

/** Inputs that carry events: they move event time. */
export const EVENT_TOPICS = ['raw.gps', 'raw.device', 'raw.access-log'] as const;

/** Inputs that carry rights: read before any event. */
export const RIGHT_TOPICS = [TOPICS.consent, TOPICS.erasure] as const;

/** All inputs of stage S; partition p of each belongs to sanitize task p. */
export const SANITIZE_TOPICS: readonly string[] = [...RIGHT_TOPICS, ...EVENT_TOPICS];
