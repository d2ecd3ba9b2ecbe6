/** The statistics salts of a gate task: there before the first contribution that needs one is opened. */
import type { SaltName } from '../../model/identity.ts';
import type { EpochStart } from '../../model/time.ts';
import { epochStart } from '../../model/time.ts';
import type { KeyRing } from '../key-ring.ts';
import type { ContributionCodec } from './codecs.ts';
import type { VaultView } from './vault-view.ts';

export type ReadContribution = ReturnType<ContributionCodec['read']>;

const nameOf = (epoch: EpochStart): SaltName => ({ audience: 'statistics', epoch });

export class GateSalts {
  readonly #ring: KeyRing;
  readonly #vault: VaultView;

  constructor(ring: KeyRing, vault: VaultView) {
    this.#ring = ring;
    this.#vault = vault;
  }

  /** Fetches the salts of a batch; each was in the vault before the first record that needs it was written. */
  async fetch(reads: readonly (ReadContribution | null)[]): Promise<void> {
    const epochs = new Set(reads.flatMap((read) => (read === null ? [] : (epochOf(read) ?? []))));
    const unknown = [...epochs].map(nameOf).filter((name) => !this.#ring.knows(name));
    await this.#vault.known(unknown);
    for (const name of unknown) {
      const salt = this.#vault.of(name);
      if (salt === undefined || salt === 'destroyed') this.#ring.markClosed(name);
      else this.#ring.add(salt);
    }
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
