/** Directed faults: something is done to a process at the k-th time that a request reaches a phase. */
import type { SimProcess } from './sim-process.ts';

/** `sent`: before it arrives. `applied`: done, not answered. `replied`: the answer has been taken in. */
export type Phase = 'sent' | 'applied' | 'replied';

export interface FailPoint {
  readonly request: string;
  readonly phase: Phase;
  /** Counted over all processes, from 1. */
  readonly nth: number;
  readonly act: (process: SimProcess) => void;
}

export class FailPoints {
  readonly #counts = new Map<string, number>();
  #armed: FailPoint[] = [];

  arm(point: FailPoint): void {
    this.#armed.push(point);
  }

  disarm(): void {
    this.#armed = [];
  }

  /** How often a request reached a phase so far. */
  countOf(request: string, phase: Phase): number {
    return this.#counts.get(`${request}|${phase}`) ?? 0;
  }

  /** Points that lie here and now, to be acted upon. */
  reach(request: string, phase: Phase): readonly FailPoint[] {
    const key = `${request}|${phase}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const isHere = (point: FailPoint): boolean =>
      point.request === request && point.phase === phase && point.nth === count;
    const here = this.#armed.filter(isHere);
    if (here.length > 0) this.#armed = this.#armed.filter((point) => !isHere(point));
    return here;
  }
}
