/** Waits for salts for so long only: whoever waits longer shows that it does, does what does not need them, and tries again. */
import { OboroError } from '../../model/errors.ts';
import { SECOND_MS } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** The vault's writer answers within a commit, where an aggregate worker runs. */
const PATIENCE_MS = 5 * SECOND_MS;

export class Patience {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with a retriable SERVICE_AWAY after five seconds. */
  async until(known: Promise<void>): Promise<void> {
    const over = new AbortController();
    const tooLong = this.#clock.sleep(PATIENCE_MS, over.signal).then(
      () => Promise.reject(noSalt()),
      () => undefined,
    );
    try {
      await Promise.race([known, tooLong]);
    } finally {
      over.abort();
      tooLong.catch(() => undefined);
    }
  }
}

const noSalt = (): OboroError =>
  new OboroError('SERVICE_AWAY', 'a salt that is needed is not in the vault', {
    retriable: true,
    hint: 'Does an aggregate worker run? It makes the salts.',
  });
