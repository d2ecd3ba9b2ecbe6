/** The atomic steps on a partition's consent view. A mark beside it says how far it is, which side is whole, and who builds. */
import type { RedisClient } from './connect.ts';
import type { PartitionKeys, Side } from './keys.ts';
import { Script } from './script.ts';

/**
 * `behind`: the store has lost what it once had (an older copy, a flush), or was never told; build it anew.
 * `ahead`: it was told more than this writer knows, so the writer is no longer the partition's.
 */
export type StepResult = 'done' | 'behind' | 'ahead';

/** KEYS: mark, both sides. Every step answers the position it finds, so that a lost second shows at the next write. */
const READ_MARK = `
local mark = redis.call('HMGET', KEYS[1], 'position', 'side', 'builder')
local position = mark[1] and tonumber(mark[1]) or -1
`;

const KEEP_ALIVE = `
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ttl) end
`;

/** ARGV: from, to, side, now, ttl, then subject and text by turns; an empty text removes the subject. */
const APPLY = new Script(`${READ_MARK}
local from, to, ttl = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[5])
if position > to then return 'ahead' end
if position < from or mark[2] ~= ARGV[3] then return 'behind' end
local held = ARGV[3] == 'a' and KEYS[2] or KEYS[3]
for i = 6, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', held, ARGV[i])
  else redis.call('HSET', held, ARGV[i], ARGV[i + 1]) end
end
redis.call('HSET', KEYS[1], 'position', ARGV[2], 'at', ARGV[4])
${KEEP_ALIVE}
return 'done'`);

/** ARGV: position, now, ttl. Answers the side that is whole, `behind` or `ahead`. */
const CHECK = new Script(`${READ_MARK}
local expected, ttl = tonumber(ARGV[1]), tonumber(ARGV[3])
if position > expected then return 'ahead' end
if position < expected or not mark[2] then return 'behind' end
redis.call('HSET', KEYS[1], 'at', ARGV[2])
${KEEP_ALIVE}
return mark[2]`);

/** ARGV: position, builder, ttl. Empties the side that is not in use and answers its name, or `ahead`. */
const BEGIN = new Script(`${READ_MARK}
local ttl = tonumber(ARGV[3])
if position > tonumber(ARGV[1]) then return 'ahead' end
local side = mark[2] == 'a' and 'b' or 'a'
redis.call('UNLINK', side == 'a' and KEYS[2] or KEYS[3])
redis.call('HSET', KEYS[1], 'builder', ARGV[2])
${KEEP_ALIVE}
return side`);

/** ARGV: side, builder, ttl, then subject and text by turns. */
const FILL = new Script(`${READ_MARK}
local ttl = tonumber(ARGV[3])
if mark[3] ~= ARGV[2] then return 'behind' end
local held = ARGV[1] == 'a' and KEYS[2] or KEYS[3]
for i = 4, #ARGV, 2 do redis.call('HSET', held, ARGV[i], ARGV[i + 1]) end
${KEEP_ALIVE}
return 'done'`);

/** ARGV: side, builder, ttl, position, now. The built side becomes the whole one; the other goes. */
const SWITCH = new Script(`${READ_MARK}
local ttl = tonumber(ARGV[3])
if mark[3] ~= ARGV[2] then return 'behind' end
redis.call('HSET', KEYS[1], 'position', ARGV[4], 'side', ARGV[1], 'at', ARGV[5])
redis.call('HDEL', KEYS[1], 'builder')
redis.call('UNLINK', ARGV[1] == 'a' and KEYS[3] or KEYS[2])
${KEEP_ALIVE}
return 'done'`);

/** ARGV: subject. Answers position, time and text, or nothing when no side is whole. */
const LOOK = new Script(`
local mark = redis.call('HMGET', KEYS[1], 'position', 'side', 'at')
if not mark[1] or not mark[2] then return nil end
return {mark[1], mark[3], redis.call('HGET', mark[2] == 'a' and KEYS[2] or KEYS[3], ARGV[1])}`);

const keysOf = ({ mark, side }: PartitionKeys): readonly string[] => [mark, side.a, side.b];

const resultOf = (reply: unknown): StepResult => (reply === 'done' || reply === 'ahead' ? reply : 'behind');

const sideOf = (reply: unknown): Side | StepResult =>
  reply === 'a' || reply === 'b' ? reply : resultOf(reply);

export interface Stamp {
  readonly nowMs: number;
  readonly ttlMs: number;
}

export interface Step extends Stamp {
  readonly from: number;
  readonly to: number;
  readonly side: Side;
  /** Subject and text by turns. */
  readonly pairs: readonly string[];
}

export interface Looked {
  readonly position: number;
  readonly atMs: number;
  /** Null for a subject that the view does not have. */
  readonly text: string | null;
}

/** The steps on one partition. Each rejects when the store cannot be reached or does not answer in time. */
export class ConsentSteps {
  readonly #client: RedisClient;
  readonly #keys: readonly string[];

  constructor(client: RedisClient, keys: PartitionKeys) {
    this.#client = client;
    this.#keys = keysOf(keys);
  }

  async apply({ from, to, side, nowMs, ttlMs, pairs }: Step): Promise<StepResult> {
    return resultOf(await this.#run(APPLY, [from, to, side, nowMs, ttlMs, ...pairs]));
  }

  /** The side in use when the view is exactly at the position. */
  async check(position: number, { nowMs, ttlMs }: Stamp): Promise<Side | StepResult> {
    return sideOf(await this.#run(CHECK, [position, nowMs, ttlMs]));
  }

  /** The side to build. */
  async begin(position: number, builder: string, { ttlMs }: Stamp): Promise<Side | StepResult> {
    return sideOf(await this.#run(BEGIN, [position, builder, ttlMs]));
  }

  async fill(
    side: Side,
    builder: string,
    { ttlMs, pairs }: Pick<Step, 'ttlMs' | 'pairs'>,
  ): Promise<StepResult> {
    return resultOf(await this.#run(FILL, [side, builder, ttlMs, ...pairs]));
  }

  async switchTo(
    side: Side,
    builder: string,
    { to, nowMs, ttlMs }: Stamp & Pick<Step, 'to'>,
  ): Promise<StepResult> {
    return resultOf(await this.#run(SWITCH, [side, builder, ttlMs, to, nowMs]));
  }

  /** Null when no side is whole. */
  async look(subject: string): Promise<Looked | null> {
    const reply = await this.#run(LOOK, [subject]);
    if (!Array.isArray(reply)) return null;
    const [position, at, text] = reply as readonly unknown[];
    return { position: Number(position), atMs: Number(at), text: typeof text === 'string' ? text : null };
  }

  #run(script: Script, args: readonly (string | number)[]): Promise<unknown> {
    return script.run(this.#client, { keys: this.#keys, args });
  }
}
