/** Makes the rows of the released tables from units, windows and published numbers. */
import type {
  DemographicsRow,
  DwellRow,
  FootfallRow,
  Holds,
  RowKey,
  Status,
  TerminalsRow,
  TransitionsRow,
  VisitsRow,
} from '../model/table.ts';
import type { Window, WindowKind } from '../model/time.ts';
import { SECOND_MS } from '../model/time.ts';
import type { Zone } from '../time/zone.ts';
import type { Destination, DwellBin } from './partition.ts';
import type { Unit } from './rungs.ts';

/** What a row is about and how much of it the row holds. */
export interface Subject {
  readonly unit: Unit;
  readonly windowKind: WindowKind;
  readonly window: Window;
  readonly holds: Holds;
}

const keyColumns = ({ unit, windowKind, window, holds }: Subject, status: Status, zone: Zone): RowKey => ({
  unit_kind: unit.kind,
  unit_id: unit.id,
  cell: unit.cell,
  resolution: unit.resolution,
  window_kind: windowKind,
  window_start: zone.iso(window.start),
  window_end: zone.iso(window.end),
  holds,
  status,
});

export const visitsRow = (
  about: Subject,
  counts: { readonly visitors: number; readonly visits: number },
  zone: Zone,
): VisitsRow => ({ ...keyColumns(about, 'RELEASED', zone), ...counts });

/** Too few, zero and no data all look like this (G-13). */
export const withheldVisitsRow = (about: Subject, zone: Zone): VisitsRow => ({
  ...keyColumns(about, 'WITHHELD', zone),
  visitors: null,
  visits: null,
});

export const footfallRow = (about: Subject, subjects: number, zone: Zone): FootfallRow => ({
  ...keyColumns(about, 'RELEASED', zone),
  subjects,
});

/** A part of a breakdown with its published number. */
export interface Published<L> {
  readonly label: L;
  readonly visitors: number;
}

export const dwellRows = (
  about: Subject,
  parts: readonly Published<DwellBin>[],
  zone: Zone,
): readonly DwellRow[] =>
  parts.map(({ label, visitors }) => ({
    ...keyColumns(about, 'RELEASED', zone),
    bin_from_s: label.fromMs / SECOND_MS,
    bin_to_s: label.toMs === null ? null : label.toMs / SECOND_MS,
    visitors,
  }));

export const transitionsRows = (
  about: Subject & { readonly dimension: 'place' | 'category' },
  parts: readonly Published<Destination>[],
  zone: Zone,
): readonly TransitionsRow[] =>
  parts.map(({ label, visitors }) => ({
    ...keyColumns(about, 'RELEASED', zone),
    dimension: about.dimension,
    to_kind: label.kind,
    to_id: label.id,
    visitors,
  }));

export const terminalsRows = (
  { dimension, ...about }: Subject & Pick<TerminalsRow, 'dimension'>,
  parts: readonly Published<string>[],
  zone: Zone,
): readonly TerminalsRow[] =>
  parts.map(({ label, visitors }) => ({
    ...keyColumns(about, 'RELEASED', zone),
    dimension,
    category: label,
    visitors,
  }));

export const demographicsRows = (
  { dimension, ...about }: Subject & Pick<DemographicsRow, 'dimension'>,
  parts: readonly Published<string>[],
  zone: Zone,
): readonly DemographicsRow[] =>
  parts.map(({ label, visitors }) => ({
    ...keyColumns(about, 'RELEASED', zone),
    dimension,
    category: label,
    visitors,
  }));
