/** Counts outcomes by stage and reason; every metric and summary is derived from these, stations count nothing. */

/** How often something happened, by stage and outcome (`keep` or a reason). */
export type CountTable = Readonly<Record<string, Readonly<Record<string, number>>>>;

export class Counters {
  readonly #stages = new Map<string, Map<string, number>>();

  add(stage: string, outcome: string, n = 1): void {
    let outcomes = this.#stages.get(stage);
    if (outcomes === undefined) {
      outcomes = new Map();
      this.#stages.set(stage, outcomes);
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + n);
  }

  of(stage: string, outcome: string): number {
    return this.#stages.get(stage)?.get(outcome) ?? 0;
  }

  table(): CountTable {
    const stages = [...this.#stages].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      stages.map(([stage, outcomes]) => [
        stage,
        Object.fromEntries([...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
      ]),
    );
  }

  /** The counts since the last call; starts over at nothing. */
  take(): CountTable {
    const table = this.table();
    this.#stages.clear();
    return table;
  }

  restore(table: CountTable): void {
    this.#stages.clear();
    for (const [stage, outcomes] of Object.entries(table)) {
      this.#stages.set(stage, new Map(Object.entries(outcomes)));
    }
  }
}
