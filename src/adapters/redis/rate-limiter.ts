/** Token buckets in Redis, shared by all processes of a deployment. */
import type { Admission, Rate, RateLimiter } from '../../ports/views.ts';
import type { RedisClient } from './connect.ts';
import { bucketKey, hiddenName } from './keys.ts';
import { Script } from './script.ts';

/** KEYS: the bucket. ARGV: burst, tokens per ms. By the server's clock, which all processes share; in whole ms. */
const TAKE = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local burst, gain = tonumber(ARGV[1]), tonumber(ARGV[2])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(held[1] or burst), tonumber(held[2] or now)
tokens = math.min(burst, tokens + math.max(0, now - at) * gain)
local admitted = tokens >= 1
if admitted then tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens), 'at', math.max(now, at))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / gain) + 1000)
if admitted then return {1, math.floor(tokens)} end
return {0, math.ceil((1 - tokens) / gain)}`);

export interface RedisRateLimiterOptions {
  readonly client: RedisClient;
  readonly space: string;
  /** Hides the names of buckets, which may be those of people or their keys. */
  readonly deploymentKey: Buffer;
}

const SECOND_MS = 1_000;

export class RedisRateLimiter implements RateLimiter {
  readonly #options: RedisRateLimiterOptions;

  constructor(options: RedisRateLimiterOptions) {
    this.#options = options;
  }

  async take(bucket: string, { burst, perSecond }: Rate): Promise<Admission> {
    const { client, space, deploymentKey } = this.#options;
    const keys = [bucketKey(space, hiddenName(deploymentKey, bucket))];
    try {
      const reply = await TAKE.run(client, { keys, args: [burst, perSecond / SECOND_MS] });
      const [admitted, amount] = Array.isArray(reply) ? (reply as readonly unknown[]).map(Number) : [];
      if (admitted === undefined || amount === undefined) return { kind: 'away' };
      return admitted === 1 ? { kind: 'admitted', left: amount } : { kind: 'refused', retryAfterMs: amount };
    } catch {
      return { kind: 'away' };
    }
  }
}
