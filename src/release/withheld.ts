/** The rows that say nothing: every store of the public list without a released row of the day gets one (G-13). */
import type { CellId } from '../model/place.ts';
import type { VisitsRow } from '../model/table.ts';
import type { ClosedWindow } from '../model/tally.ts';
import type { UnitList } from '../place/units.ts';
import type { Zone } from '../time/zone.ts';
import type { GateState } from './gate-state.ts';
import { marked, rowMark } from './marks.ts';
import { withheldVisitsRow } from './rows.ts';
import type { Unit } from './rungs.ts';
import { storeUnit } from './rungs.ts';

export interface WithheldEnv {
  readonly units: UnitList;
  readonly isMine?: ((region: CellId) => boolean) | undefined;
  readonly zone: Zone;
}

export const withheldStoreDays = (
  released: readonly VisitsRow[],
  closed: ClosedWindow,
  state: Pick<GateState, 'marks'>,
  { units, isMine, zone }: WithheldEnv,
): readonly VisitsRow[] => {
  const have = new Set(released.filter((row) => row.unit_kind === 'store').map((row) => row.unit_id));
  const rows: VisitsRow[] = [];
  for (const store of units.all()) {
    if (have.has(store.id) || isMine?.(store.region) === false) continue;
    const unit: Unit = storeUnit(store);
    const key = rowMark('visits', unit.id, 'day', closed.window.start);
    const holds = marked(state.marks, key) ? 'rest' : 'all';
    rows.push(withheldVisitsRow({ unit, windowKind: 'day', window: closed.window, holds }, zone));
  }
  return rows;
};
