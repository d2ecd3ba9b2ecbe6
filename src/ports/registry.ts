/** What the flow asks of a schema registry: the id of an own schema, and every schema that writers of a topic may use. */

/** A schema as it is registered under the subject of a topic (`<topic>-value`). Ids are immutable. */
export interface RegisteredSchema {
  readonly id: number;
  /** The parsed JSON of the schema; nobody has looked at it yet. */
  readonly schema: unknown;
}

/** `away`: cannot be reached or answers nonsense, so wait and ask again; never a verdict on a record. */
export type SchemasAnswer =
  { readonly kind: 'known'; readonly schemas: readonly RegisteredSchema[] } | { readonly kind: 'away' };

export interface SchemaRegistry {
  /**
   * The id of our own schema of a topic. Throws SERVICE_AWAY (retriable), or CFG_INVALID when the schema is not
   * registered or the registry refuses us.
   */
  idOf(topic: string): Promise<number>;
  /**
   * All schemas registered under the topic's subject, asked for anew at each call; a registered schema is fetched
   * once. Throws CFG_INVALID when the registry refuses us.
   */
  schemasOf(topic: string): Promise<SchemasAnswer>;
  /** What was known when the registry was last there, without asking it. */
  remembered(topic: string): Promise<readonly RegisteredSchema[]>;
  close(): void;
}

/** A schema that a record names and its decoder does not know. */
export interface WantedSchema {
  readonly topic: string;
  readonly id: number;
}

/** Teaches decoders what they miss; awaited before a batch is decoded. */
export interface SchemaSource {
  /** `away`: some are still unknown because the registry is; hold the batch and ask again later. */
  fetch(wanted: readonly WantedSchema[]): Promise<'settled' | 'away'>;
}
