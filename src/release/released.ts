/** The one type that sinks accept: rows that passed the gate. Only the gate can make it. */
import type { Coverage } from '../model/ledger.ts';
import type { AnyRow, PlaceTable } from '../model/table.ts';
import type { EpochStart, Window, WindowKind } from '../model/time.ts';

const gatePassed: unique symbol = Symbol('gatePassed');

/** All rows that one table publishes at the closing of one window. */
export interface WindowRows {
  readonly table: PlaceTable;
  readonly epoch: EpochStart;
  /** The epoch's date in the policy's zone; the `day=` of the files. */
  readonly date: string;
  /** The window whose closing this is; a breakdown of finer windows may be published at the closing of their day. */
  readonly windowKind: WindowKind;
  readonly window: Window;
  /** The window's start as the rows write it: ISO 8601 with the zone's offset. */
  readonly windowStart: string;
  readonly rows: readonly AnyRow[];
  /** Of `visits` at the closing of a day. */
  readonly coverage?: readonly Coverage[];
}

/**
 * Proof that rows went through the gate: the symbol is private to this file, and `passGate` is imported by the
 * gate alone (held by the import law).
 */
export interface Released<T> {
  readonly value: T;
  readonly [gatePassed]: true;
}

export const passGate = <T>(value: T): Released<T> => ({ value, [gatePassed]: true });
