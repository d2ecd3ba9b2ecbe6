/** The `Tail` port over the model broker. */
import { OboroError } from '../../../src/model/errors.ts';
import type { LogBatch, Tail } from '../../../src/ports/log.ts';
import { Follower } from './follower.ts';
import type { Connection } from './connection.ts';
import { placeName } from './connection.ts';

export interface TailOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly take: (batch: LogBatch) => void;
}

interface Waiting {
  readonly ends: readonly number[];
  readonly resolve: () => void;
  readonly reject: (fault: OboroError) => void;
}

export class ModelTail implements Tail {
  readonly #connection: Connection;
  readonly #topic: string;
  readonly #followers: readonly Follower[];
  #waiting: Waiting[] = [];
  #isClosed = false;

  constructor(connection: Connection, { topic, partitions, take }: TailOptions) {
    this.#connection = connection;
    this.#topic = topic;
    const handOver = (batch: LogBatch): void => {
      if (batch.next > batch.from) take(batch);
      this.#tell();
    };
    this.#followers = Array.from({ length: partitions }, (_, partition) => {
      const place = { topic, partition };
      const follower: Follower = new Follower({
        ...{ ...connection, place, take: handOver, staleShare: 0 },
        lost: () => follower.seek(connection.cluster.find(place)?.start ?? 0),
      });
      return follower;
    });
    for (const follower of this.#followers) follower.seek(0);
  }

  async caughtUp(): Promise<void> {
    const { process, network, cluster } = this.#connection;
    const ends = await Promise.all(
      this.#followers.map(async (_, partition) => {
        const place = { topic: this.#topic, partition };
        const serve = () => cluster.bounds(place);
        const about = placeName(place);
        return (await network.request({ from: process, name: 'bounds', about, serve })).end;
      }),
    );
    if (this.#isClosed) throw closed();
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ ends, resolve, reject });
      this.#tell();
    });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const follower of this.#followers) follower.stop();
    for (const { reject } of this.#waiting.splice(0)) reject(closed());
    return Promise.resolve();
  }

  #tell(): void {
    const isThere = ({ ends }: Waiting): boolean =>
      this.#followers.every(({ position }, i) => position >= (ends[i] ?? 0));
    const ready = this.#waiting.filter(isThere);
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }
}

const closed = (): OboroError => new OboroError('KAFKA_AWAY', 'the tail was closed');
