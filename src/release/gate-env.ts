/** What the gate is given besides its input: parameters, the public list, and the keys of an epoch. */
import type { CellId, StoreId } from '../model/place.ts';
import type { GatePolicy, VisitPolicy } from '../model/policy.ts';
import type { EpochStart } from '../model/time.ts';
import type { UnitList } from '../place/units.ts';
import type { Calendar } from '../time/calendar.ts';
import type { Witness } from './witness.ts';

export interface GateEnv {
  readonly gate: GatePolicy;
  readonly visits: VisitPolicy;
  /** Contributions of one subject to one table and epoch. */
  readonly perTable: number;
  /** Visits counted per subject in one row. */
  readonly visitsPerWindow: number;
  readonly calendar: Calendar;
  readonly units: UnitList;
  /** Key of the secret draws of an epoch; null when its salt is gone, then everything left is withheld. */
  readonly drawKey: (epoch: EpochStart) => Buffer | null;
  /** Key of the noise of an epoch; null when its salt is gone. */
  readonly noiseKey: (epoch: EpochStart) => Buffer | null;
  /** The second parameter set that is run beside; null where there is none. */
  readonly shadow?: GatePolicy | null;
  /** Days before an epoch on which a store had a released row, as far as `gate.storeDays` needs to know. */
  readonly releasedDays?: (store: StoreId, before: EpochStart) => number;
  /** Only where a proof needs to see the contributions behind the rows. */
  readonly witness?: Witness | undefined;
  /** Which regions this gate is for; all where it is the only one. */
  readonly isMine?: ((region: CellId) => boolean) | undefined;
}
