/** Remembers the H3 cell each device was last in, since most fixes do not leave it and asking h3 is dear. */
import type { RawId } from '../model/identity.ts';
import type { Position } from '../model/place.ts';
import type { EventTime } from '../model/time.ts';
import { HOUR_MS } from '../model/time.ts';
import type { CellSpot } from '../place/cells.ts';
import { CellMemo } from '../place/cells.ts';
import { STORE_RESOLUTION } from '../place/units.ts';
import { RecentMap } from './recent-map.ts';

const REMEMBERED_DEVICES = 131_072;

/**
 * H3 r9 cells by device. It holds raw device ids, each with one cell: in this process's memory only, bounded, only
 * for devices whose fixes were let through under a pseudonym, and no longer than until the input has gone on for two
 * hours without them.
 */
export class DeviceCells {
  readonly #memo = new CellMemo(STORE_RESOLUTION);
  readonly #last = new RecentMap<CellSpot>(REMEMBERED_DEVICES);
  #hour = 0;
  /** What `spotOf` found last, so that `remember` for the same event need not look again. */
  #foundFor = '';
  #found: CellSpot | null = null;

  /** The cell of a position and the circle in it that is known; remembers nothing new of the device. */
  spotOf(device: RawId, position: Position): CellSpot {
    this.#foundFor = device.reveal();
    this.#found = this.#last.get(this.#foundFor) ?? null;
    return this.#memo.spotAt(position, this.#found);
  }

  /** Where the device was last; call it only for a fix that passed the doors under a pseudonym. */
  remember(device: RawId, spot: CellSpot, at: EventTime): void {
    const hour = Math.floor(at / HOUR_MS);
    if (hour > this.#hour) {
      this.#last.age();
      this.#hour = hour;
    }
    const id = device.reveal();
    if (spot !== this.#found || id !== this.#foundFor) this.#last.set(id, spot);
  }

  /** After an erasure or a withdrawal. */
  forget(device: RawId): void {
    this.#last.delete(device.reveal());
    this.#found = null;
    this.#foundFor = '';
  }
}
