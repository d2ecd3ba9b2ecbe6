/** The `GroupReader` port over the model broker: a member of a group, with the partitions it believes to have. */
import { OboroError } from '../../../src/model/errors.ts';
import type { GroupHandlers, GroupReader, LogBatch, Place, Position } from '../../../src/ports/log.ts';
import { done } from '../simulator/network.ts';
import { Follower } from './follower.ts';
import type { Member } from './groups.ts';
import type { Connection } from './connection.ts';
import { placeName } from './connection.ts';

export interface ModelReaderOptions extends Connection {
  readonly group: string;
  /** All have the same number of partitions. */
  readonly topics: readonly string[];
}

const STALE_SHARE = 0.4;

export class ModelReader implements GroupReader {
  readonly #o: ModelReaderOptions;
  readonly #partitions: number;
  readonly #member: Member;
  #handlers: GroupHandlers | null = null;
  #hasJoined: () => void = () => undefined;
  #followers = new Map<string, Follower>();
  #generation = 0;
  #hasLeft = false;

  constructor(options: ModelReaderOptions) {
    this.#o = options;
    const { process, cluster, topics } = options;
    this.#partitions = cluster.partitions(topics[0] ?? '').length;
    this.#member = {
      process,
      rejoin: () => void this.#join(),
      assigned: (generation, partitions) => this.#assigned(generation, partitions),
    };
  }

  async join(handlers: GroupHandlers): Promise<void> {
    this.#handlers = handlers;
    const first = new Promise<void>((resolve) => {
      this.#hasJoined = resolve;
    });
    await this.#join();
    await first;
  }

  resumeAt(position: Position): void {
    this.#followers.get(placeName(position))?.seek(position.offset);
  }

  pause(places: readonly Place[]): void {
    for (const place of places) this.#followers.get(placeName(place))?.pause();
  }

  resume(places: readonly Place[]): void {
    for (const place of places) this.#followers.get(placeName(place))?.resume();
  }

  note(positions: readonly Position[]): Promise<void> {
    const about = positions.map((position) => `${placeName(position)}@${position.offset}`).join();
    const { process, network } = this.#o;
    return network.request<undefined>({ from: process, name: 'note', about, serve: () => done(undefined) });
  }

  async leave(): Promise<void> {
    this.#hasLeft = true;
    this.#stopFollowing();
    const { cluster, group } = this.#o;
    await this.#steadily('leave', () => cluster.groups.leave(group, this.#member));
  }

  async #join(): Promise<void> {
    if (this.#hasLeft) return;
    const { cluster, group } = this.#o;
    await this.#steadily('join', () => cluster.groups.join(group, this.#partitions, this.#member));
  }

  #assigned(generation: number, partitions: readonly number[]): void {
    if (this.#hasLeft || generation <= this.#generation) return;
    this.#generation = generation;
    this.#stopFollowing();
    this.#followers = new Map(
      partitions.flatMap((partition) =>
        this.#o.topics.map((topic) => {
          const place = { topic, partition };
          return [placeName(place), this.#follow(place)] as const;
        }),
      ),
    );
    this.#handlers?.assigned(partitions);
    this.#hasJoined();
  }

  #follow(place: Place): Follower {
    const { process, network, cluster } = this.#o;
    return new Follower({
      ...{ process, network, cluster, place, staleShare: STALE_SHARE },
      take: (batch: LogBatch) => this.#handlers?.batch(batch),
      lost: () => void this.#lost(place),
    });
  }

  /** Whoever slept for longer than the topic keeps its records is no member any more, and has lost nothing. */
  async #lost(place: Place): Promise<void> {
    const { process, network, cluster, group } = this.#o;
    const generation = this.#generation;
    const serve = () => cluster.groups.heartbeat(group, this.#member);
    const isMember = await network
      .request<boolean>({ from: process, name: 'heartbeat', about: group, serve, steady: true })
      .catch(() => false);
    if (this.#hasLeft || generation !== this.#generation || !isMember) return;
    this.#handlers?.crashed(new OboroError('POSITION_LOST', `${placeName(place)} is not there`));
  }

  #stopFollowing(): void {
    for (const follower of this.#followers.values()) follower.stop();
    this.#followers.clear();
  }

  /** Asks until it is answered. */
  async #steadily(name: string, serve: () => ReturnType<typeof done<null>>): Promise<void> {
    const { process, network, group } = this.#o;
    for (;;) {
      try {
        await network.request<null>({ from: process, name, about: group, serve, steady: true });
        return;
      } catch {
        await process.clock.sleep(500);
      }
    }
  }
}
