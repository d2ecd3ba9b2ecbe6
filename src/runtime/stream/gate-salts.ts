/** The statistics salts of a gate task: there before the first contribution that needs one is opened. */
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import type { EpochStart } from '../../model/time.ts';
import { epochStart } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KeyRing } from '../key-ring.ts';
import type { ContributionCodec } from './codecs.ts';
import { Patience } from './patience.ts';
import type { VaultView } from './vault-view.ts';

export type ReadContribution = ReturnType<ContributionCodec['read']>;

const nameOf = (epoch: EpochStart): SaltName => ({ audience: 'statistics', epoch });

export interface GateSaltsOptions {
  readonly ring: KeyRing;
  readonly vault: VaultView;
  readonly clock: Clock;
}

export class GateSalts {
  readonly #ring: KeyRing;
  readonly #vault: VaultView;
  readonly #patience: Patience;

  #giveUp: (fault: OboroError) => void = () => undefined;
  /** Rejects when the task is given up, for whoever waits for something that may never come. */
  readonly #givenUp = new Promise<never>((_, reject) => {
    this.#giveUp = reject;
  });

  constructor({ ring, vault, clock }: GateSaltsOptions) {
    this.#givenUp.catch(() => undefined);
    this.#ring = ring;
    this.#vault = vault;
    this.#patience = new Patience(clock);
  }

  /** Fetches the salts of a batch; each was in the vault before the first record that needs it was written. */
  async fetch(reads: readonly (ReadContribution | null)[]): Promise<void> {
    const epochs = new Set(reads.flatMap((read) => (read === null ? [] : (epochOf(read) ?? []))));
    const unknown = [...epochs].map(nameOf).filter((name) => !this.#ring.knows(name));
    if (unknown.length > 0)
      await Promise.race([this.#patience.until(this.#vault.known(unknown)), this.#givenUp]);
    for (const name of unknown) {
      const salt = this.#vault.of(name);
      if (salt === undefined || salt === 'destroyed') this.#ring.markClosed(name);
      else this.#ring.add(salt);
    }
  }

  close(): void {
    this.#giveUp(new OboroError('TASK_LOST', 'the task was given up while it waited for a salt'));
  }

  isDestroyed(epoch: EpochStart): boolean {
    return this.#vault.of(nameOf(epoch)) === 'destroyed';
  }
}

const epochOf = (read: ReadContribution): EpochStart | null => {
  if (read.kind === 'sealed') return read.epoch;
  if (read.kind !== 'note' || read.entry.type !== 'epoch_born') return null;
  return read.entry.audience === 'statistics' ? epochStart(read.entry.epochStartMs) : null;
};
