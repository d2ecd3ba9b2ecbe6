/** The oracle's ladders: windows and units from fine to coarse, from the rules as the design states them. */
import { cellToParent, getResolution, latLngToCell } from 'h3-js';
import type { FootfallContribution, VisitContribution } from '../../src/model/contribution.ts';
import type { Store } from '../../src/model/place.ts';
import { EPOCH } from './builders.ts';

export const HOUR = 3_600_000;
/** Hours since 04:00 at which the dayparts begin. */
const DAYPARTS = [0, 6, 10, 14, 18, 24];

export type Kind = 'hour' | 'daypart' | 'day';
export interface Span {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

/** The window of a kind around a time, in an epoch of 24 hours from 04:00 in Tokyo. */
export const spanOf = (kind: Kind, at: number): Span => {
  const hour = Math.floor((at - EPOCH) / HOUR);
  const from = kind === 'hour' ? hour : kind === 'day' ? 0 : Math.max(...DAYPARTS.filter((h) => h <= hour));
  const to = kind === 'hour' ? hour + 1 : kind === 'day' ? 24 : (DAYPARTS.find((h) => h > hour) ?? 24);
  return { kind, start: EPOCH + from * HOUR, end: EPOCH + to * HOUR };
};

export interface Place {
  readonly kind: 'store' | 'cell' | 'region';
  readonly id: string;
  readonly cell: string;
}

export interface Step<C> {
  readonly kind: Kind;
  readonly placeOf: (c: C) => Place | null;
  readonly timeOf: (c: C) => number;
}

const cellPlace = (cell: string): Place => ({ kind: 'cell', id: cell, cell });
const regionPlace = (cell: string): Place => ({ kind: 'region', id: cell, cell });

export const storeCell = (store: Store): string => latLngToCell(store.position.lat, store.position.lng, 9);

export const visitSteps = (stores: readonly Store[]): readonly Step<VisitContribution>[] => {
  const cellOf = (c: VisitContribution): string => {
    const store = stores.find(({ id }) => id === c.store);
    if (store === undefined) throw new Error('a store that is no unit');
    return storeCell(store);
  };
  const timeOf = (c: VisitContribution): number => c.end;
  const up = (c: VisitContribution, resolution: number): string => cellToParent(cellOf(c), resolution);
  const inStore = (c: VisitContribution): Place => ({
    kind: 'store',
    id: c.store,
    cell: cellOf(c),
  });
  return [
    { kind: 'hour', timeOf, placeOf: inStore },
    { kind: 'daypart', timeOf, placeOf: inStore },
    { kind: 'day', timeOf, placeOf: inStore },
    { kind: 'day', timeOf, placeOf: (c) => cellPlace(up(c, 8)) },
    { kind: 'day', timeOf, placeOf: (c) => cellPlace(up(c, 7)) },
    { kind: 'day', timeOf, placeOf: (c) => regionPlace(up(c, 5)) },
  ];
};

export const footfallSteps = (): readonly Step<FootfallContribution>[] => {
  const timeOf = (c: FootfallContribution): number => c.windowStart;
  const byDay =
    (resolution: number) =>
    (c: FootfallContribution): Place | null =>
      getResolution(c.cell) === 6 ? null : cellPlace(cellToParent(c.cell, resolution));
  const atNight = (c: FootfallContribution): Place | null =>
    getResolution(c.cell) === 6 ? cellPlace(c.cell) : null;
  return [
    { kind: 'daypart', timeOf, placeOf: byDay(8) },
    { kind: 'daypart', timeOf, placeOf: byDay(7) },
    { kind: 'daypart', timeOf, placeOf: atNight },
    { kind: 'day', timeOf, placeOf: byDay(7) },
    { kind: 'day', timeOf, placeOf: (c) => regionPlace(cellToParent(c.cell, 5)) },
  ];
};
