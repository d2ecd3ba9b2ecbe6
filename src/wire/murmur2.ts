/** Which partition a key belongs to: murmur2 as Kafka's default partitioner has it (org.apache.kafka.common.utils.Utils). */

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

const mix = (word: number): number => {
  const spread = Math.imul(word, MULTIPLIER);
  return Math.imul(spread ^ (spread >>> SHIFT), MULTIPLIER);
};

/** The last one to three bytes, little-endian; 0 when the length is a multiple of four. */
const tailOf = (key: Uint8Array, from: number): number => {
  let tail = 0;
  for (let i = key.length - 1; i >= from; i -= 1) tail = (tail << 8) | (key[i] ?? 0);
  return tail;
};

/** 32-bit signed hash. MurmurHash2 is Austin Appleby's; seed and byte order are Kafka's. */
export const murmur2 = (key: Uint8Array): number => {
  let hash = SEED ^ key.length;
  const whole = key.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const word =
      (key[i] ?? 0) | ((key[i + 1] ?? 0) << 8) | ((key[i + 2] ?? 0) << 16) | ((key[i + 3] ?? 0) << 24);
    hash = Math.imul(hash, MULTIPLIER) ^ mix(word);
  }
  if (whole < key.length) hash = Math.imul(hash ^ tailOf(key, whole), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
};

/** The partition of a key among so many; the sign bit is cut off as Kafka does (`toPositive`). */
export const partitionOf = (key: Uint8Array, partitions: number): number =>
  (murmur2(key) & 0x7fffffff) % partitions;
