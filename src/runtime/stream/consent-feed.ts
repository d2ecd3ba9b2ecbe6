/** Tells the consent views what a task's commits changed, after they are committed; views are never waited for. */
import type { Identified } from '../../model/identity.ts';
import type { ConsentEntry, ConsentViews, SubjectKey } from '../../ports/views.ts';
import type { ConsentStanding, SanitizeFlow } from '../flow.ts';
import { isForgotten } from './consent-topic.ts';

export interface ConsentFeedOptions {
  /** Null where there is no Redis. */
  readonly views: Pick<ConsentViews, 'open' | 'publish' | 'rebuild' | 'close'> | null;
  readonly partition: number;
  readonly flow: Pick<SanitizeFlow, 'standingOf' | 'standings'>;
}

export class ConsentFeed {
  readonly #o: ConsentFeedOptions;
  #changed: Identified[] = [];
  #position = 0;

  constructor(options: ConsentFeedOptions) {
    this.#o = options;
  }

  /** The task starts here, with all rights read. */
  open(position: number): void {
    this.#position = position;
    this.#o.views?.open(this.#o.partition, position);
    this.rebuild();
  }

  note(rights: readonly Identified[]): void {
    if (this.#o.views !== null) this.#changed.push(...rights);
  }

  /** What to tell as soon as the commit is through. */
  take(position: number): () => void {
    const { views, partition, flow } = this.#o;
    const changed = this.#changed;
    this.#changed = [];
    if (changed.length === 0) return () => undefined;
    const entries = changed.flatMap((right) => entryOf(flow.standingOf(right)));
    return () => {
      this.#position = position;
      views?.publish({ partition, position, entries });
    };
  }

  /** Writes the whole view anew. */
  rebuild(): void {
    const { views, partition, flow } = this.#o;
    views?.rebuild({ partition, position: this.#position, entries: entriesOf(flow.standings()) });
  }

  close(): void {
    this.#o.views?.close(this.#o.partition);
  }
}

function* entriesOf(standings: Iterable<ConsentStanding>): Generator<ConsentEntry> {
  for (const standing of standings) yield* entryOf(standing);
}

const entryOf = (standing: ConsentStanding | null): readonly ConsentEntry[] =>
  standing === null
    ? []
    : [
        {
          subject: standing.subject as SubjectKey,
          consent: isForgotten(standing.consent) ? null : standing.consent,
        },
      ];
