/** CRC-32C (Castagnoli), which guards a Kafka record batch; eight bytes a step. */

const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** Table k holds, for each byte, its remainder after k more zero bytes. Source: Kounavis and Berry 2005, slicing-by-8. */
const tables: readonly Uint32Array[] = ((): readonly Uint32Array[] => {
  const made = Array.from({ length: SLICES }, () => new Uint32Array(256));
  const [first] = made;
  if (first === undefined) return [];
  for (let byte = 0; byte < 256; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
    first[byte] = rest;
  }
  for (const [k, table] of made.entries()) {
    const before = made[k - 1];
    if (before === undefined) continue;
    before.forEach((rest, byte) => (table[byte] = (rest >>> 8) ^ (first[rest & 0xff] ?? 0)));
  }
  return made;
})();

const flat = new Uint32Array(SLICES * 256);
tables.forEach((table, k) => flat.set(table, k * 256));

const T = (k: number, byte: number): number => flat[k * 256 + (byte & 0xff)] ?? 0;

/** The checksum of a piece of a buffer as unsigned 32-bit number. */
export const crc32c = (bytes: Buffer, from = 0, to = bytes.length): number => {
  let crc = 0xffffffff;
  let at = from;
  for (; at + SLICES <= to; at += SLICES) {
    const low = crc ^ bytes.readUInt32LE(at);
    const high = bytes.readUInt32LE(at + 4);
    crc =
      T(7, low) ^
      T(6, low >>> 8) ^
      T(5, low >>> 16) ^
      T(4, low >>> 24) ^
      T(3, high) ^
      T(2, high >>> 8) ^
      T(1, high >>> 16) ^
      T(0, high >>> 24);
  }
  for (; at < to; at += 1) crc = (crc >>> 8) ^ T(0, crc ^ (bytes[at] ?? 0));
  return (crc ^ 0xffffffff) >>> 0;
};
