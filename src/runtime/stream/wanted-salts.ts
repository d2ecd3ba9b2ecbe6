/** Salts as a sanitize task gets them: from the view of the vault; what was never made is asked for, and waited for. */
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HeldSalt, SaltVault } from '../../ports/salts.ts';
import { Patience } from './patience.ts';
import type { VaultView } from './vault-view.ts';

export interface WantedSaltsOptions {
  readonly view: VaultView;
  readonly clock: Clock;
  /** Tells the vault's writer, durably. */
  readonly ask: (names: readonly SaltName[]) => Promise<void>;
}

export class WantedSalts implements SaltVault {
  readonly imported = false;
  readonly #view: VaultView;
  readonly #patience: Patience;
  readonly #ask: (names: readonly SaltName[]) => Promise<void>;
  #giveUp: (fault: OboroError) => void = () => undefined;
  /** Rejects when the task is given up, for whoever waits for something that may never come. */
  readonly #givenUp: Promise<never>;

  constructor({ view, clock, ask }: WantedSaltsOptions) {
    this.#patience = new Patience(clock);
    this.#view = view;
    this.#ask = ask;
    this.#givenUp = new Promise<never>((_, reject) => {
      this.#giveUp = reject;
    });
    this.#givenUp.catch(() => undefined);
  }

  async hold(names: readonly SaltName[]): Promise<readonly (HeldSalt | null)[]> {
    const missing = names.filter((name) => this.#view.of(name) === undefined);
    if (missing.length > 0) {
      await this.#ask(missing);
      await Promise.race([this.#patience.until(this.#view.known(missing)), this.#givenUp]);
    }
    return names.map((name) => {
      const known = this.#view.of(name);
      return known === undefined || known === 'destroyed' ? null : known;
    });
  }

  /** A task destroys nothing: the vault has one writer. */
  destroy(): Promise<void> {
    return Promise.reject(new OboroError('BUG', 'a sanitize task destroys no salts'));
  }

  close(): Promise<void> {
    this.#giveUp(new OboroError('TASK_LOST', 'the task was given up while it waited for a salt'));
    return Promise.resolve();
  }
}
