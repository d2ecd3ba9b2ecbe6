/** Lua scripts on the server, called by their hash: each is one atomic step. */
import { createHash } from 'node:crypto';
import type { RedisClient } from './connect.ts';

export type ScriptArgument = string | number;

export interface ScriptCall {
  /** In a cluster all of one slot. */
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
}

/** The server does not have the script yet, so nothing of it was run. */
const isUnknown = (cause: unknown): boolean => cause instanceof Error && cause.message.startsWith('NOSCRIPT');

export class Script {
  readonly #lua: string;
  readonly #sha: string;

  constructor(lua: string) {
    this.#lua = lua;
    // Not for security: EVALSHA names scripts by SHA-1.
    this.#sha = createHash('sha1').update(lua).digest('hex');
  }

  /** Rejects when the server cannot be reached, does not answer in time, or refuses: what was done is then unknown. */
  async run(client: RedisClient, { keys, args }: ScriptCall): Promise<unknown> {
    try {
      return await client.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (cause) {
      if (!isUnknown(cause)) throw cause;
      return client.eval(this.#lua, keys.length, ...keys, ...args);
    }
  }
}
