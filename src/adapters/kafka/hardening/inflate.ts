/** The gzip codec of kafkajs with an end: inflating stops at a number of bytes instead of filling the memory. */
import { promisify } from 'node:util';
import { unzip } from 'node:zlib';
import type { Codec } from './kafkajs-shapes.ts';

/** The content is larger than the limit. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const inflate = promisify(unzip);

const isOverLimit = (fault: unknown): boolean =>
  fault instanceof Error && 'code' in fault && fault.code === 'ERR_BUFFER_TOO_LARGE';

/** Packs as the given codec does. The limit is asked for at each use. */
export const cappedGzip = (plain: Codec, maxBytes: () => number): Codec => ({
  compress: (encoder) => plain.compress(encoder),
  decompress: async (bytes) => {
    try {
      return await inflate(bytes, { maxOutputLength: maxBytes() });
    } catch (fault) {
      throw isOverLimit(fault) ? new TooLarge('inflates to more than the limit') : fault;
    }
  },
});
