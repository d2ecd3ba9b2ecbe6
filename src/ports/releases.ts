/** Reading side of the released tables: all that queries and pages may see. */

/** One row as the engine returns it: text, numbers, booleans or null. */
export type ReleasedRecord = Readonly<Record<string, string | number | boolean | null>>;

export interface ReleasedTables {
  /** Runs one SQL statement over views named after the tables (visits, dwell, transitions, footfall …). */
  query(sql: string): Promise<readonly ReleasedRecord[]>;
  close(): Promise<void>;
}
