/** A binary min-heap of event-time timers; equal times come out in the order in which they were set. */

export interface Timer<T> {
  readonly at: number;
  readonly order: number;
  readonly item: T;
}

export class Timers<T> {
  readonly #heap: Timer<T>[] = [];
  #order = 0;

  /** Event time of the next timer, or null. */
  get next(): number | null {
    return this.#heap[0]?.at ?? null;
  }

  set(at: number, item: T): void {
    this.#order += 1;
    const heap = this.#heap;
    const timer = { at, order: this.#order, item };
    let i = heap.length;
    heap.push(timer);
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(timer, parent)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = timer;
  }

  /** Takes the first timer at or before `now`. */
  take(now: number): Timer<T> | null {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > now) return null;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(timer: Timer<T>): void {
    const heap = this.#heap;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const a = heap[left];
      if (a === undefined) break;
      const b = heap[left + 1];
      const child = b !== undefined && before(b, a) ? left + 1 : left;
      const least = child === left ? a : b;
      if (least === undefined || !before(least, timer)) break;
      heap[i] = least;
      i = child;
    }
    heap[i] = timer;
  }
}

const before = <T>(a: Timer<T>, b: Timer<T>): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
