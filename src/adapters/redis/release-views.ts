/** The newest released windows of all gate tasks in Redis, behind their port. */
import type { ReleaseViews, ReleasedWindow } from '../../ports/views.ts';
import type { RedisClient } from './connect.ts';
import { releasedKey } from './keys.ts';
import { Script } from './script.ts';

const WEEK_MS = 7 * 86_400_000;

/** KEYS: one task's windows. ARGV: ttl, then name and end by turns; an older end changes nothing. */
const PUBLISH = new Script(`
for i = 2, #ARGV, 2 do
  local held = redis.call('HGET', KEYS[1], ARGV[i])
  if not held or tonumber(held) < tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[1]))
return 'done'`);

export interface RedisReleaseViewsOptions {
  readonly client: RedisClient;
  readonly space: string;
  /** Told of each write that failed or timed out. */
  readonly onFault?: () => void;
}

export class RedisReleaseViews implements ReleaseViews {
  readonly #options: RedisReleaseViewsOptions;

  constructor(options: RedisReleaseViewsOptions) {
    this.#options = options;
  }

  publish(partition: number, windows: readonly ReleasedWindow[]): void {
    const { client, space, onFault } = this.#options;
    const args = windows.flatMap(({ table, windowKind, windowEndMs }) => [
      `${table} ${windowKind}`,
      windowEndMs,
    ]);
    PUBLISH.run(client, { keys: [releasedKey(space, partition)], args: [WEEK_MS, ...args] }).catch(() =>
      onFault?.(),
    );
  }

  async latest(partitions: readonly number[]): Promise<readonly ReleasedWindow[] | null> {
    const { client, space } = this.#options;
    try {
      const held = await Promise.all(
        partitions.map((partition) => client.hgetall(releasedKey(space, partition))),
      );
      return commonOf(held);
    } catch {
      return null;
    }
  }
}

/** Only what every task has released counts, and only as far as the slowest is. */
const commonOf = (held: readonly Readonly<Record<string, string>>[]): readonly ReleasedWindow[] => {
  const [first = {}, ...others] = held;
  return Object.entries(first).flatMap(([name, end]) => {
    const ends = [end, ...others.map((one) => one[name])].map(Number);
    const [table = '', windowKind = ''] = name.split(' ');
    return ends.some(Number.isNaN) ? [] : [{ table, windowKind, windowEndMs: Math.min(...ends) }];
  });
};
