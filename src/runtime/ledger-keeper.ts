/** Keeps one ledger chain while a task runs: appends entries in order and refuses to release a key twice. */
import type { LedgerEntry, LedgerLine, ReleaseEntry } from '../model/ledger.ts';
import type { EpochStart } from '../model/time.ts';

/** The pure rules of the ledger, handed in by the topology (release room). */
export interface LedgerRules {
  readonly emptyChain: ChainHead;
  readonly chainLine: (head: ChainHead, entry: LedgerEntry) => LedgerLine;
  readonly headOf: (line: LedgerLine) => ChainHead;
  /** Throws LEDGER_TWICE. */
  readonly refuseTwice: (seen: Set<string>, entry: ReleaseEntry) => void;
}

export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** What a snapshot holds of the chain: where it stands, and the keys released in epochs that are still open. */
export interface LedgerRecord {
  readonly head: ChainHead;
  readonly released: ReadonlyMap<EpochStart, ReadonlySet<string>>;
}

export class LedgerKeeper {
  readonly #rules: LedgerRules;
  readonly #write: (line: LedgerLine) => void;
  #head: ChainHead;
  readonly #released = new Map<EpochStart, Set<string>>();

  constructor(rules: LedgerRules, write: (line: LedgerLine) => void) {
    this.#rules = rules;
    this.#write = write;
    this.#head = rules.emptyChain;
  }

  get isEmpty(): boolean {
    return this.#head.seq === 0;
  }

  append(entry: LedgerEntry): void {
    const line = this.#rules.chainLine(this.#head, entry);
    this.#head = this.#rules.headOf(line);
    this.#write(line);
  }

  release(epoch: EpochStart, entry: ReleaseEntry): void {
    const seen = this.#released.get(epoch) ?? new Set<string>();
    this.#released.set(epoch, seen);
    this.#rules.refuseTwice(seen, entry);
    this.append(entry);
  }

  /** An epoch that is over releases nothing any more; its keys need not be remembered. */
  closeEpoch(epoch: EpochStart): void {
    this.#released.delete(epoch);
  }

  record(): LedgerRecord {
    return { head: this.#head, released: this.#released };
  }

  restore({ head, released }: LedgerRecord): void {
    this.#head = head;
    this.#released.clear();
    for (const [epoch, keys] of released) this.#released.set(epoch, new Set(keys));
  }
}
