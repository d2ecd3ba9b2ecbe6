/** Tells a rebalance, which fences a writer once, from another deployment under the same name, which does so again and again. */
import type { WallTime } from '../../model/time.ts';
import { MINUTE_MS } from '../../model/time.ts';

const MOST = 8;
const WITHIN_MS = 10 * MINUTE_MS;

export class Fences {
  #at: WallTime[] = [];

  /** Notes a fence; true when there were too many in a short time, whatever was committed in between. */
  areTooMany(now: WallTime): boolean {
    this.#at = [...this.#at.filter((at) => now - at < WITHIN_MS), now];
    return this.#at.length >= MOST;
  }
}
