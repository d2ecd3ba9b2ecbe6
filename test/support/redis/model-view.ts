/** What the scripts on a partition's consent view do, in memory, with ways to lose what was written. */
import type { StepResult } from '../../../src/adapters/redis/consent-scripts.ts';
import type { Side } from '../../../src/adapters/redis/keys.ts';
import type { WritingSteps } from '../../../src/adapters/redis/partition-view.ts';

interface Held {
  position: number;
  side: Side | null;
  builder: string | null;
  readonly sides: Record<Side, Map<string, string>>;
}

const nothing = (): Held => ({
  position: -1,
  side: null,
  builder: null,
  sides: { a: new Map(), b: new Map() },
});

/** `before`: the write never came there; `after`: it did, and the answer was lost. */
export type Trouble = 'before' | 'after';

export class ModelView implements WritingSteps {
  #held = nothing();
  /** Called at the start of each step. */
  onStep: () => void = () => undefined;
  readonly troubles: Trouble[] = [];
  readonly calls: string[] = [];

  /** Subjects and texts of the side that is whole; null when none is. */
  get whole(): ReadonlyMap<string, string> | null {
    return this.#held.side === null ? null : this.#held.sides[this.#held.side];
  }

  get position(): number {
    return this.#held.position;
  }

  copy(): () => void {
    const copy = structuredClone(this.#held);
    return () => {
      this.#held = structuredClone(copy);
    };
  }

  flush(): void {
    this.#held = nothing();
  }

  apply: WritingSteps['apply'] = ({ from, to, side, pairs }) =>
    this.#step(`apply ${String(pairs.length / 2)}`, () => {
      if (this.#held.position > to) return 'ahead';
      if (this.#held.position < from || this.#held.side !== side) return 'behind';
      this.#put(side, pairs);
      this.#held.position = to;
      return 'done';
    });

  check: WritingSteps['check'] = (position) =>
    this.#step('check', () => {
      if (this.#held.position > position) return 'ahead';
      return this.#held.position < position || this.#held.side === null ? 'behind' : this.#held.side;
    });

  begin: WritingSteps['begin'] = (position, builder) =>
    this.#step('begin', () => {
      if (this.#held.position > position) return 'ahead';
      const side = this.#held.side === 'a' ? 'b' : 'a';
      this.#held.sides[side].clear();
      this.#held.builder = builder;
      return side;
    });

  fill: WritingSteps['fill'] = (side, builder, { pairs }) =>
    this.#step(`fill ${String(pairs.length / 2)}`, () => {
      if (this.#held.builder !== builder) return 'behind';
      this.#put(side, pairs);
      return 'done';
    });

  switchTo: WritingSteps['switchTo'] = (side, builder, { to }) =>
    this.#step('switch', () => {
      if (this.#held.builder !== builder) return 'behind';
      Object.assign(this.#held, { position: to, side, builder: null });
      this.#held.sides[side === 'a' ? 'b' : 'a'].clear();
      return 'done';
    });

  #put(side: Side, pairs: readonly string[]): void {
    for (let i = 0; i < pairs.length; i += 2) {
      const [subject = '', text = ''] = pairs.slice(i, i + 2);
      if (text === '') this.#held.sides[side].delete(subject);
      else this.#held.sides[side].set(subject, text);
    }
  }

  async #step<T extends StepResult | Side>(name: string, run: () => T | StepResult): Promise<T | StepResult> {
    await Promise.resolve();
    this.calls.push(name);
    this.onStep();
    const trouble = this.troubles.shift();
    if (trouble === 'before') throw new Error('connection closed');
    const result = run();
    if (trouble === 'after') throw new Error('no answer in time');
    return result;
  }
}
