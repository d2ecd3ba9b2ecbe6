/** Whatever is wrong with a gzip file, all that is readable before comes out, then one fault. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gunzip } from '../../../../src/adapters/files/gunzip.ts';
import { readLines } from '../../../../src/adapters/files/lines.ts';
import type { Item } from './scratch.ts';
import { Scratch, collect } from './scratch.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

const LINES = Array.from({ length: 40 }, (_, i) => `${i},${(i * 2_654_435_761) % 4_294_967_296}`);
const WHOLE = gzipSync(`${LINES.join('\n')}\n`);

const read = (bytes: Uint8Array): Promise<Item[]> =>
  collect(readLines(scratch.writeRaw('raw.gps.jsonl.gz', bytes)));

/** The records before the fault; checks that they are a prefix of `lines` and that one fault follows. */
const prefixOf = (items: readonly Item[], lines: readonly string[]): number => {
  const records = items.filter((item) => item.fault === null);
  expect(records.map((item) => item.text)).toEqual(lines.slice(0, records.length));
  expect(items.slice(records.length)).toEqual([{ line: records.length + 1, text: '', fault: 'truncated' }]);
  return records.length;
};

describe('a gzip file that is cut', () => {
  it('gives a prefix and one fault at every byte, and more the later it is cut', async () => {
    let before = 0;
    for (let length = 0; length < WHOLE.length; length += 1) {
      const count = prefixOf(await read(WHOLE.subarray(0, length)), LINES);
      expect(count).toBeGreaterThanOrEqual(before);
      before = count;
    }
    expect(before).toBe(LINES.length);
    expect(await read(WHOLE)).toHaveLength(LINES.length);
  });
});

describe('a gzip file that is damaged', () => {
  it('never gives more than one fault, wherever a byte is wrong', async () => {
    for (let at = 10; at < WHOLE.length; at += 29) {
      const bytes = Buffer.from(WHOLE);
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      const items = await read(bytes);
      expect(items.filter((item) => item.fault !== null)).toEqual([
        { line: expect.any(Number) as number, text: '', fault: 'truncated' },
      ]);
      expect(items.at(-1)?.fault).toBe('truncated');
    }
  });

  it('gives all lines when only the checksum is wrong', async () => {
    const bytes = Buffer.from(WHOLE);
    bytes[bytes.length - 8] = (bytes[bytes.length - 8] ?? 0) ^ 1;
    expect(prefixOf(await read(bytes), LINES)).toBe(LINES.length);
  });

  it('gives what came before damage deep in a large file', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${(i * 2_654_435_761) % 4_294_967_296}`);
    const bytes = gzipSync(`${lines.join('\n')}\n`);
    const half = Math.floor(bytes.length / 2);
    bytes.fill(0xaa, half, half + 100);
    const items = await read(bytes);
    const intact = items.findIndex((item, i) => item.text !== lines[i]);
    expect(intact).toBeGreaterThan(25_000);
    expect(items.filter((item) => item.fault !== null)).toHaveLength(1);
    expect(items.at(-1)?.fault).toBe('truncated');
  });

  it('keeps a first line that is shorter than a byte order mark', async () => {
    const items = await read(Buffer.concat([gzipSync('a\n'), Buffer.from('garbage')]));
    expect(items.map((item) => item.fault ?? item.text)).toEqual(['a', 'truncated']);
  });

  it('is at fault at once when it is no gzip file at all', async () => {
    expect(await read(Buffer.from('plain text\n'))).toEqual([{ line: 1, text: '', fault: 'truncated' }]);
    expect(await read(Buffer.alloc(0))).toEqual([{ line: 1, text: '', fault: 'truncated' }]);
  });
});

describe('several members', () => {
  const members = [LINES.slice(0, 10).join('\n'), `${LINES.slice(10, 11).join('')}x\n`, 'last'];
  const expected = members.join('').split('\n');

  it('are read as one stream', async () => {
    const items = await read(Buffer.concat(members.map((text) => gzipSync(text))));
    expect(items.map((item) => item.text)).toEqual(expected);
  });

  it('may be followed by zeros, not by anything else', async () => {
    const file = Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]);
    const zeros = await read(Buffer.concat([file, Buffer.alloc(40_000)]));
    expect(zeros.map((item) => item.text)).toEqual(['a', 'b']);
    for (const rest of [Buffer.from('garbage'), Buffer.concat([Buffer.alloc(40_000), Buffer.of(1)])]) {
      const items = await read(Buffer.concat([file, rest]));
      expect(items.map((item) => item.fault ?? item.text)).toEqual(['a', 'b', 'truncated']);
    }
  });

  it('come out the same for every size of piece', async () => {
    const bytes = Buffer.concat(members.map((text) => gzipSync(text)));
    for (let size = 1; size <= bytes.length; size += 3) {
      const out: (Buffer | null)[] = [];
      for await (const chunk of gunzip(() => inPieces(bytes, size))) out.push(chunk);
      expect(out).not.toContain(null);
      expect(Buffer.concat(out.filter((chunk) => chunk !== null)).toString()).toBe(members.join(''));
    }
  });

  it('of which the last is cut keep the others', async () => {
    const first = gzipSync('a\nb\n');
    for (let length = 1; length < first.length; length += 1) {
      const items = await read(Buffer.concat([first, first.subarray(0, length)]));
      expect(items.slice(0, 2).map((item) => item.text)).toEqual(['a', 'b']);
      expect(items.at(-1)?.fault).toBe('truncated');
    }
  });
});

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}
