/** What this process knows of the vault topic: salts held, salts destroyed; everybody reads it, one task writes it. */
import type { SaltName } from '../../model/identity.ts';
import type { WallTime } from '../../model/time.ts';
import type { LogBatch } from '../../ports/log.ts';
import type { HeldSalt } from '../../ports/salts.ts';
import type { ReadVaultEntry, VaultCodec } from './codecs.ts';

type Known = HeldSalt | 'destroyed';

const keyOf = ({ audience, epoch }: SaltName): string => `${audience}|${String(epoch)}`;

interface Waiting {
  readonly names: readonly SaltName[];
  readonly resolve: () => void;
}

export class VaultView {
  readonly #codec: Pick<VaultCodec, 'decode'>;
  readonly #known = new Map<string, Known>();
  readonly #bornAt = new Map<string, WallTime>();
  #lastDeath: ReadVaultEntry | null = null;
  readonly #listeners = new Set<(name: SaltName) => void>();
  #waiting: Waiting[] = [];

  constructor(codec: Pick<VaultCodec, 'decode'>) {
    this.#codec = codec;
  }

  /**
   * Takes records of the topic in order. A destroyed salt is zeroed here, and whoever listens drops its keys.
   *
   * @guarantee G-07
   */
  readonly take = ({ records }: LogBatch): void => {
    for (const { value } of records) if (value !== null) this.#takeOne(value);
    const [ready, waiting] = split(this.#waiting, ({ names }) => names.every((name) => this.#has(name)));
    this.#waiting = waiting;
    for (const { resolve } of ready) resolve();
  };

  /** Undefined when the vault has never had it. */
  of(name: SaltName): Known | undefined {
    return this.#known.get(keyOf(name));
  }

  /** Names of the salts that are not destroyed, by audience and epoch. */
  held(): readonly SaltName[] {
    return [...this.#known.values()]
      .flatMap((known) => (known === 'destroyed' ? [] : [known.name]))
      .sort((a, b) => (a.audience < b.audience ? -1 : a.audience > b.audience ? 1 : a.epoch - b.epoch));
  }

  /** The newest note of a destroyed salt. */
  get lastDeath(): ReadVaultEntry | null {
    return this.#lastDeath;
  }

  /** When a held salt was made. */
  bornAt(name: SaltName): WallTime | undefined {
    return this.#bornAt.get(keyOf(name));
  }

  /** Resolves as soon as each of the names is held or destroyed. */
  known(names: readonly SaltName[]): Promise<void> {
    if (names.every((name) => this.#has(name))) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ names, resolve });
    });
  }

  /** Calls back for every salt that is destroyed from now on; returns how to stop that. */
  onDestroyed(listener: (name: SaltName) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #has(name: SaltName): boolean {
    return this.#known.has(keyOf(name));
  }

  #takeOne(value: Buffer): void {
    const entry = this.#codec.decode(value);
    const { name, bytes, commitment, writtenAt } = entry;
    if (bytes === null) this.#lastDeath = entry;
    const before = this.#known.get(keyOf(name));
    // A salt that is read again leaves no second copy; destroyed is for good, so nothing is brought back.
    if (before !== undefined) bytes?.fill(0);
    if (before === 'destroyed') return;
    if (bytes !== null) {
      this.#known.set(keyOf(name), before ?? { name, bytes, commitment, born: false });
      if (before === undefined) this.#bornAt.set(keyOf(name), writtenAt);
      return;
    }
    this.#known.set(keyOf(name), 'destroyed');
    this.#bornAt.delete(keyOf(name));
    for (const listener of this.#listeners) listener(name);
    before?.bytes.fill(0);
  }
}

const split = <T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] => [
  items.filter(test),
  items.filter((item) => !test(item)),
];
