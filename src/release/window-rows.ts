/** Puts the rows of a closed window together, table by table, as they are handed out. */
import type { Coverage } from '../model/ledger.ts';
import type { AnyRow, PlaceTable } from '../model/table.ts';
import type { ClosedWindow } from '../model/tally.ts';
import type { Calendar } from '../time/calendar.ts';
import type { WindowRows } from './released.ts';

/** Tables without rows are left out; the coverage of a day goes with its `visits`. */
export const windowsOf = (
  rows: Readonly<Record<PlaceTable, readonly AnyRow[]>>,
  coverage: readonly Coverage[],
  closed: ClosedWindow,
  calendar: Calendar,
): readonly WindowRows[] =>
  (Object.keys(rows) as PlaceTable[])
    .filter((table) => rows[table].length > 0)
    .map((table) => ({
      ...windowRows(table, rows[table], closed, calendar),
      ...(table === 'visits' && coverage.length > 0 ? { coverage } : {}),
    }));

const windowRows = (
  table: PlaceTable,
  rows: readonly AnyRow[],
  closed: ClosedWindow,
  calendar: Calendar,
): WindowRows => ({
  table,
  epoch: closed.epoch,
  date: calendar.epochOf(closed.epoch).date,
  windowKind: closed.windowKind,
  window: closed.window,
  windowStart: calendar.zone.iso(closed.window.start),
  rows,
});
