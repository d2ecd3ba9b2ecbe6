/** A small binary heap of cursors: the one with the smallest key on top, ties by a second number. */

/** Holds up to `capacity` cursor numbers, each once. */
export class CursorHeap {
  #size = 0;
  readonly #keys: Float64Array;
  readonly #ties: Float64Array;
  readonly #ids: Uint32Array;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
    this.#ties = new Float64Array(capacity);
    this.#ids = new Uint32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** The cursor on top; meaningless when empty. */
  get top(): number {
    return this.#ids[0] ?? 0;
  }

  push(id: number, key: number, tie: number): void {
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(key, tie, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, id, key, tie);
  }

  /** Gives the cursor on top a new key. */
  replaceTop(key: number, tie: number): void {
    this.#sink(this.top, key, tie);
  }

  pop(): void {
    this.#size -= 1;
    const last = this.#size;
    if (last > 0) this.#sink(this.#ids[last] ?? 0, this.#keys[last] ?? 0, this.#ties[last] ?? 0);
  }

  #sink(id: number, key: number, tie: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && this.#before(this.#keys[right] ?? 0, this.#ties[right] ?? 0, child))
        child = right;
      if (this.#before(key, tie, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, id, key, tie);
  }

  #before(key: number, tie: number, at: number): boolean {
    const other = this.#keys[at] ?? 0;
    return key < other || (key === other && tie < (this.#ties[at] ?? 0));
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#ids[from] ?? 0, this.#keys[from] ?? 0, this.#ties[from] ?? 0);
  }

  #set(at: number, id: number, key: number, tie: number): void {
    this.#ids[at] = id;
    this.#keys[at] = key;
    this.#ties[at] = tie;
  }
}
