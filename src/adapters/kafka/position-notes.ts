/** Positions on their way to the group: one request at a time, the newest of each place. */
import type { Place, Position } from '../../ports/log.ts';

export class PositionNotes {
  readonly #tell: (positions: readonly Position[]) => Promise<void>;
  readonly #waiting = new Map<string, Position>();
  #underWay: Promise<void> | null = null;

  constructor(tell: (positions: readonly Position[]) => Promise<void>) {
    this.#tell = tell;
  }

  /** Resolves when these or newer ones are told; what comes while a request is under way goes with the next. */
  note(positions: readonly Position[]): Promise<void> {
    for (const position of positions) this.#waiting.set(placeName(position), position);
    this.#underWay ??= this.#tellAll();
    return this.#underWay;
  }

  async #tellAll(): Promise<void> {
    try {
      // A turn later, so that what is told in one turn goes together.
      await Promise.resolve();
      while (this.#waiting.size > 0) {
        const positions = [...this.#waiting.values()];
        this.#waiting.clear();
        await this.#tell(positions);
      }
    } finally {
      this.#underWay = null;
    }
  }
}

const placeName = ({ topic, partition }: Place): string => `${topic}/${String(partition)}`;
