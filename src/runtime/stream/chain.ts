/** A gate task's ledger chain on the log: what was released before a take-over must come again as it was, and is not written twice. */
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import type {
  EpochBornEntry,
  EpochDestroyedEntry,
  ErasureEntry,
  GenesisEntry,
  LedgerEntry,
  LedgerLine,
  ReleaseEntry,
} from '../../model/ledger.ts';
import type { ChainHead, LedgerRules } from '../ledger-keeper.ts';

export class Chain {
  readonly #rules: LedgerRules;
  #head: ChainHead;
  #genesis: GenesisEntry | null = null;
  /** Digest of every released window, by name. */
  readonly #digests = new Map<string, string>();
  readonly #keys = new Set<string>();
  readonly #notes = new Set<string>();

  constructor(rules: LedgerRules) {
    this.#rules = rules;
    this.#head = rules.emptyChain;
  }

  /** Takes a line that is on the log. Throws LEDGER_BROKEN when it does not follow the one before. */
  load(line: LedgerLine): void {
    if (line.seq !== this.#head.seq + 1 || line.prev !== this.#head.hash)
      throw broken('a line is missing or was put in');
    this.#head = this.#rules.headOf(line);
    const { entry } = line;
    if (entry.type === 'genesis') this.#genesis = entry;
    if (entry.type === 'release') this.#remember(entry);
    if (entry.type === 'epoch_born' || entry.type === 'epoch_destroyed' || entry.type === 'erasure')
      this.#notes.add(noteName(entry));
  }

  /** The parameters, once; null when the chain has them. Throws CFG_INVALID when it was begun under others. */
  begin(genesis: GenesisEntry): LedgerLine | null {
    if (this.#genesis === null) return this.#append(genesis);
    const [before, now] = [this.#genesis.parameters, genesis.parameters];
    if (before['deployment'] !== now['deployment']) throw otherDeployment();
    for (const count of ['inputPartitions', 'gatePartitions']) {
      if (before[count] !== now[count]) throw partitionsChanged(count);
    }
    if (this.#genesis.policyHash !== genesis.policyHash || this.#genesis.publicKeys !== genesis.publicKeys) {
      throw new OboroError(
        'CFG_INVALID',
        'the ledger of this deployment was begun under other parameters or stores',
        {
          hint: 'Go back to the parameters that the ledger states, or start over. See "Starting over" in docs/operations.md.',
        },
      );
    }
    return null;
  }

  /**
   * The line of a release, or null when the chain has it already. Throws LEDGER_BROKEN when it was another then, and
   * LEDGER_TWICE when one of its keys was released in another window.
   *
   * @guarantee G-12
   */
  release(entry: ReleaseEntry): LedgerLine | null {
    const before = this.#digests.get(windowName(entry));
    if (before === entry.digest) return null;
    if (before !== undefined) throw broken('a window that is released again came out otherwise');
    this.#rules.refuseTwice(this.#keys, entry);
    this.#digests.set(windowName(entry), entry.digest);
    return this.#append(entry);
  }

  /** The line of a salt's birth or death, or of an erasure, or null when the chain has it already. */
  note(entry: Noted): LedgerLine | null {
    const name = noteName(entry);
    if (this.#notes.has(name)) return null;
    this.#notes.add(name);
    return this.#append(entry);
  }

  knows(what: 'epoch_born' | 'epoch_destroyed', { audience, epoch }: SaltName): boolean {
    return this.#notes.has(`${what}|${audience}|${String(epoch)}`);
  }

  #append(entry: LedgerEntry): LedgerLine {
    const line = this.#rules.chainLine(this.#head, entry);
    this.#head = this.#rules.headOf(line);
    return line;
  }

  #remember(entry: ReleaseEntry): void {
    this.#digests.set(windowName(entry), entry.digest);
    this.#rules.refuseTwice(this.#keys, entry);
  }
}

const windowName = ({ table, windowKind, windowStartMs, epochStartMs }: ReleaseEntry): string =>
  [table, windowKind, String(windowStartMs), String(epochStartMs)].join('|');

type Noted = EpochBornEntry | EpochDestroyedEntry | ErasureEntry;

const noteName = (entry: Noted): string =>
  entry.type === 'erasure'
    ? `${entry.type}|${String(entry.no)}`
    : `${entry.type}|${entry.audience}|${String(entry.epochStartMs)}`;

const partitionsChanged = (count: string): OboroError =>
  new OboroError(
    'PARTITIONS_CHANGED',
    `the number of partitions changed since the ledger was begun (${count})`,
    {
      hint: 'Keys have moved, so open windows cannot be counted any more. See "Partitions" in docs/stream.md.',
    },
  );

/** Two deployments that write to the same topics would each take the other's records for its own. */
const otherDeployment = (): OboroError =>
  new OboroError('CFG_INVALID', 'these topics were begun by another deployment', {
    hint: 'Give each deployment topics of its own, or set kafka.deployment to the name that they were begun under. See "Starting over" in docs/operations.md.',
  });

const broken = (what: string): OboroError =>
  new OboroError('LEDGER_BROKEN', `the ledger does not hold: ${what}`, {
    hint: 'Stop all workers, keep the topics as they are, and report this.',
  });
