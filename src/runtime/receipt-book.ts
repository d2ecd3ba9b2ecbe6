/** Which receipts of erasures a run has written: its rights are read again at every start, and each is written once. */
import type { ErasureEntry } from '../model/ledger.ts';
import type { Receipt } from './receipt.ts';

export class ReceiptBook {
  readonly #write: (entry: ErasureEntry) => void;
  #isOpen = false;
  #waiting: Receipt[] = [];
  #written: string[] = [];
  /** Written before this start, and not read again yet. */
  #expected: string[] = [];

  constructor(write: (entry: ErasureEntry) => void) {
    this.#write = write;
  }

  take(receipt: Receipt): void {
    if (this.#isOpen) this.#give(receipt);
    else this.#waiting.push(receipt);
  }

  /** The ledger has its first line, and `written` receipts from before. */
  open(written: readonly string[]): void {
    this.#isOpen = true;
    this.#written = [...written];
    this.#expected = [...written];
    for (const receipt of this.#waiting) this.#give(receipt);
    this.#waiting = [];
  }

  record(): readonly string[] {
    return this.#written;
  }

  #give({ receipt, date }: Receipt): void {
    const known = this.#expected.indexOf(receipt);
    if (known >= 0) {
      this.#expected.splice(known, 1);
      return;
    }
    this.#written.push(receipt);
    this.#write({ type: 'erasure', receipt, date, no: this.#written.length });
  }
}
