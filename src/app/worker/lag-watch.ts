/** Asks the log now and then where the inputs of a worker's sanitize tasks end, and tells how far the tasks are behind. */
import { SECOND_MS } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log, Place, Position } from '../../ports/log.ts';
import { InputEnds } from '../../runtime/stream/input-ends.ts';
import { RIGHT_TOPICS, TOPICS } from '../../runtime/stream/topics.ts';
import type { WorkerAssembly } from './assembly.ts';

export interface LagWatchOptions {
  readonly worker: Pick<WorkerAssembly, 'sanitizeTasks' | 'sanitizePartitions'>;
  /** Counts its own faults. */
  readonly log: Pick<Log, 'bounds'>;
  readonly clock: Pick<Clock, 'now'>;
}

const EVERY_MS = 5 * SECOND_MS;
/** Three looks. */
const FRESH_MS = 3 * EVERY_MS;

const RIGHTS: readonly string[] = RIGHT_TOPICS;
/** Always looked at, so that a worker without sanitize tasks knows too whether Kafka answers. */
const PULSE: Place = { topic: TOPICS.vault, partition: 0 };
/** Where a task is in its consents and erasures that has not read them yet. */
const UNREAD = -1;

/**
 * Ends are asked for, because what a reader has heard of them stands still with the reader: a task that waits is further
 * behind with every record that comes. One that is being restored is where it last was; if it never ran here, nothing
 * is known but that no consent of it is in memory.
 */
export class LagWatch {
  readonly #o: LagWatchOptions;
  readonly #ends = new InputEnds({ freshMs: FRESH_MS });
  /** Where each input's task was when it last ran. */
  #positions: ReadonlyMap<string, Position> = new Map();
  #isLooking = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #answeredAt: number | null = null;

  constructor(options: LagWatchOptions) {
    this.#o = options;
  }

  /** Looks at the ends, when it is time and no other look is under way. Never rejects. */
  async look(): Promise<void> {
    const now = this.#o.clock.now();
    if (this.#isLooking || now - this.#lookedAt < EVERY_MS) return;
    this.#isLooking = true;
    this.#lookedAt = now;
    await Promise.all([PULSE, ...this.#places()].map((place) => this.#lookAt(place)));
    this.#isLooking = false;
  }

  /** Whether the log has answered of late; null when it has not been asked for long enough to tell. */
  get isAnswering(): boolean | null {
    const { clock } = this.#o;
    return this.#answeredAt === null ? null : clock.now() - this.#answeredAt <= FRESH_MS;
  }

  /** Records between the position of each input's task and its end, as far as it was seen. */
  lags(): readonly (Place & { readonly records: number })[] {
    return this.#places().flatMap((position) => {
      const { topic, partition, offset } = position;
      const records = offset === UNREAD ? null : this.#ends.left(position);
      return records === null ? [] : [{ topic, partition, records }];
    });
  }

  /** Milliseconds since the consents and erasures in memory were last level with their topics; null without tasks. */
  rightsAgeMs(): number | null {
    const now = this.#o.clock.now();
    const ages = this.#places()
      .filter(({ topic }) => RIGHTS.includes(topic))
      .flatMap((position) => this.#ends.ageMs(position, now) ?? []);
    return ages.length === 0 ? null : Math.max(...ages);
  }

  async #lookAt({ topic, partition }: Place): Promise<void> {
    // What came while the answer was under way is not in it.
    const at = this.#o.clock.now();
    try {
      const { end } = await this.#o.log.bounds({ topic, partition });
      this.#answeredAt = at;
      this.#ends.saw({ topic, partition }, end, at);
    } catch {
      // The next look asks again; until then ages grow.
    }
  }

  /** Where the tasks of this worker are; what has moved away is forgotten. */
  #places(): readonly Position[] {
    const { worker } = this.#o;
    const partitions = worker.sanitizePartitions();
    const unread = partitions.flatMap((partition) =>
      RIGHTS.map((topic): Position => ({ topic, partition, offset: UNREAD })),
    );
    const before = [...this.#positions.values()].filter(({ partition }) => partitions.includes(partition));
    const now = worker.sanitizeTasks().flatMap(({ positions }) => positions);
    this.#positions = new Map([...unread, ...before, ...now].map((position) => [keyOf(position), position]));
    const places = [...this.#positions.values()];
    this.#ends.keepOnly(places);
    return places;
  }
}

const keyOf = ({ topic, partition }: Place): string => `${topic}|${String(partition)}`;
