/** Made-up people for attacks: members that an adversary plants, by the contributions that stage S would write for them. */
import type { VisitContribution } from '../../../src/model/contribution.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import type { Store } from '../../../src/model/place.ts';
import { MINUTE_MS, eventTime } from '../../../src/model/time.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { UnitList } from '../../../src/place/units.ts';
import type { StoreUnit } from '../../../src/place/units.ts';
import type { StandDay } from './stand.ts';

/** Minutes into the hour at which planted visits end, and how long they last. */
const [END_MIN, DWELL_MIN] = [20, 8];

export class Planting {
  readonly #units: UnitList;

  constructor(stores: readonly Store[]) {
    this.#units = new UnitList(stores);
  }

  /** The stores that have units, in the order of their ids. */
  stores(): readonly StoreUnit[] {
    return [...this.#units.all()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** One member's visit that ends in the hour that starts at `hour`. */
  visit(day: StandDay, name: string, store: StoreUnit, hour: EventTime): VisitContribution {
    const end = eventTime(hour + END_MIN * MINUTE_MS);
    return {
      kind: 'visit',
      epoch: day.epoch,
      region: store.region,
      subject: pseudonym(`planted ${name}`),
      linked: true,
      store: store.id,
      end,
      dwellMs: DWELL_MIN * MINUTE_MS,
      knownAt: eventTime(end + MINUTE_MS),
    };
  }
}
