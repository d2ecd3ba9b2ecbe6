/** Counts published rows by table and status: public numbers, for the summary and the manifest. */
import type { PlaceTable, Status } from '../../model/table.ts';
import type { WindowRows } from '../../release/released.ts';

export type ReleaseCounts = Readonly<Record<PlaceTable, Readonly<Record<Status, number>>>>;

export const NO_RELEASES: ReleaseCounts = {
  visits: { RELEASED: 0, WITHHELD: 0 },
  dwell: { RELEASED: 0, WITHHELD: 0 },
  transitions: { RELEASED: 0, WITHHELD: 0 },
  terminals: { RELEASED: 0, WITHHELD: 0 },
  demographics: { RELEASED: 0, WITHHELD: 0 },
  footfall: { RELEASED: 0, WITHHELD: 0 },
};

export const countRows = (counts: ReleaseCounts, { table, rows }: WindowRows): ReleaseCounts => {
  const released = rows.filter((row) => row.status === 'RELEASED').length;
  const { RELEASED, WITHHELD } = counts[table];
  return {
    ...counts,
    [table]: { RELEASED: RELEASED + released, WITHHELD: WITHHELD + rows.length - released },
  };
};
