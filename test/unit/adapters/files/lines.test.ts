/** Lines come out numbered, in batches, with every oddity of real files settled. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byteChunks } from '../../../../src/adapters/files/bytes.ts';
import { readHeader, readLines, readWhole } from '../../../../src/adapters/files/lines.ts';
import { Scratch, aFile, collect } from './scratch.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

const brief = async (name: string, content: string | Uint8Array, options = {}): Promise<string[]> => {
  const items = await collect(readLines(scratch.write(name, content), options));
  return items.map((item) => `${item.line}:${item.fault ?? item.text}`);
};

describe('readLines', () => {
  it.each([
    ['nothing', '', []],
    ['one line without line end', 'a', ['1:a']],
    ['one line with line end', 'a\n', ['1:a']],
    ['empty lines, which count but are no records', '\n\na\n\nb\n\n', ['3:a', '5:b']],
    ['Windows line ends', 'a\r\nb\r\n\r\nc\r', ['1:a', '2:b', '4:c']],
    ['a CR inside a line', 'a\rb\nc', ['1:a\rb', '2:c']],
    ['a byte order mark', '\ufeffa\nb', ['1:a', '2:b']],
    ['only a byte order mark', '\ufeff', []],
    ['a mark that is not at the start', 'a\n\ufeffb\n', ['1:a', '2:\ufeffb']],
    ['NUL bytes', 'a\0b\n\0\n', ['1:a\0b', '2:\0']],
    ['many scripts', '渋谷\nCafé ☕️\n𠮷野家\n', ['1:渋谷', '2:Café ☕️', '3:𠮷野家']],
    ['blanks, which are content', ' \n\t\n', ['1: ', '2:\t']],
  ])('reads %s', async (_, content, expected) => {
    expect(await brief('raw.gps.jsonl', content)).toEqual(expected);
    expect(await brief('raw.gps.jsonl.gz', content)).toEqual(expected);
  });

  it('shows bytes that are not UTF-8 as U+FFFD, on their line only', async () => {
    const bytes = Buffer.concat([Buffer.from('ok\n'), Buffer.of(0x61, 0xff, 0x62, 10), Buffer.from('é\n')]);
    expect(await brief('raw.gps.jsonl', bytes)).toEqual(['1:ok', '2:a\ufffdb', '3:é']);
  });

  it.each([
    ['little', Buffer.from('\ufeffa\nb\n', 'utf16le')],
    ['big', Buffer.from('\ufeffa\nb\n', 'utf16le').swap16()],
  ])('sees UTF-16 (%s endian) as one fault of the file', async (_, bytes) => {
    expect(await brief('raw.gps.jsonl', bytes)).toEqual(['1:bad_encoding']);
    expect(await brief('raw.gps.jsonl.gz', bytes)).toEqual(['1:bad_encoding']);
  });

  it.each([
    ['exactly as long as allowed', 'x'.repeat(8), ['1:xxxxxxxx', '2:b']],
    ['as long as allowed, with CR', `${'x'.repeat(8)}\r`, ['1:xxxxxxxx', '2:b']],
    ['one byte too long', 'x'.repeat(9), ['1:too_large', '2:b']],
    ['far too long', 'x'.repeat(600_000), ['1:too_large', '2:b']],
    ['too long in bytes, not in characters', '渋谷駅', ['1:too_large', '2:b']],
  ])('handles a line %s', async (_, line, expected) => {
    expect(await brief('raw.gps.jsonl', `${line}\nb\n`, { maxLineBytes: 8 })).toEqual(expected);
    expect(await brief('raw.gps.jsonl', `${line}\nb`, { maxLineBytes: 8 })).toEqual(expected);
  });

  it('tells how many bytes a line that is too large has, without its line end', async () => {
    for (const length of [9, 70_000, 600_000]) {
      const file = scratch.write('raw.gps.jsonl', `${'x'.repeat(length)}\r\n`);
      for await (const { faults } of readLines(file, { maxLineBytes: 8 })) {
        expect(faults.get(0)?.byteCount).toBe(length);
      }
    }
  });

  it('passes over the header of CSV, also after empty lines and a mark', async () => {
    expect(await brief('raw.gps.csv', 'h\na\n')).toEqual(['2:a']);
    expect(await brief('raw.gps.csv', '\ufeff\r\n\nh\na\n')).toEqual(['4:a']);
    expect(await brief('raw.gps.csv', 'h')).toEqual([]);
  });

  it('fills every batch but the last, whatever the chunks', async () => {
    const lines = Array.from({ length: 50_003 }, (_, i) => `line number ${i}`);
    const file = scratch.write('raw.gps.jsonl.gz', lines.join('\n'));
    const sizes: number[] = [];
    const texts: string[] = [];
    for await (const batch of readLines(file, { batchLines: 1_000 })) {
      sizes.push(batch.texts.length);
      texts.push(...batch.texts);
      expect(batch.lines).toHaveLength(batch.texts.length);
    }
    expect(sizes).toEqual([...Array.from({ length: 50 }, () => 1_000), 3]);
    expect(texts).toEqual(lines);
  });

  it('goes on after a line number', async () => {
    expect(await brief('raw.gps.csv', 'h\na\n\nb\nc\n', { afterLine: 2 })).toEqual(['4:b', '5:c']);
    expect(await brief('raw.gps.csv', 'h\na\n\nb\nc\n', { afterLine: 5 })).toEqual([]);
  });

  it('leaves an unfinished last line when asked to, in plain files', async () => {
    expect(await brief('raw.gps.jsonl', 'a\nb', { openEnd: true })).toEqual(['1:a']);
    expect(await brief('raw.gps.jsonl.gz', 'a\nb', { openEnd: true })).toEqual(['1:a', '2:b']);
  });

  it('names a file that is gone, and ends with the reason of its signal', async () => {
    const gone = aFile(scratch.path('raw.gps-gone.jsonl'));
    await expect(collect(readLines(gone))).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      message: 'raw.gps-gone.jsonl: cannot be opened',
    });
    const reason = new Error('stop');
    const file = scratch.write('raw.gps.jsonl', 'a\n');
    await expect(collect(readLines(file, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });
});

describe('byteChunks', () => {
  it('shows the raw bytes once, also of a damaged file', async () => {
    const whole = gzipSync(Buffer.from(Array.from({ length: 90_000 }, (_, i) => `${i * 7_919}`).join('\n')));
    const damaged = Buffer.from(whole);
    damaged[20_000] = (damaged[20_000] ?? 0) ^ 0xff;
    for (const bytes of [whole, damaged, whole.subarray(0, 30_000)]) {
      const file = scratch.writeRaw('raw.gps.jsonl.gz', bytes);
      const hash = createHash('sha256');
      for await (const _ of byteChunks(file, { onRaw: (chunk) => hash.update(chunk) }));
      expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});

describe('readHeader', () => {
  it.each([
    ['a,b\n1,2\n', 'a,b'],
    ['\ufeff\na,b\r\n', 'a,b'],
    ['a,b', 'a,b'],
    ['', null],
    [Buffer.from('\ufeffa,b', 'utf16le'), null],
  ])('of %j is %j', async (content, expected) => {
    expect(await readHeader(scratch.write('raw.gps.csv', content))).toBe(expected);
  });
});

describe('readWhole', () => {
  it('reads small files, plain and compressed', async () => {
    const text = JSON.stringify({ name: '渋谷', list: 'x'.repeat(300_000) });
    for (const name of ['ref.stores.geojson', 'ref.stores.geojson.gz']) {
      expect(await readWhole(scratch.write(name, text), 1_000_000)).toBe(text);
    }
  });

  it('refuses what is too large, cut short or not UTF-8', async () => {
    const cases = [
      [scratch.write('ref.stores-a.geojson', 'x'.repeat(101)), 'larger than 100 bytes'],
      [
        scratch.writeRaw('ref.stores-b.geojson.gz', gzipSync('{"a":1}').subarray(0, 20)),
        'breaks in the middle',
      ],
      [scratch.write('ref.stores-c.geojson', Buffer.of(0xff, 0x61)), 'not valid UTF-8'],
    ] as const;
    for (const [file, message] of cases) {
      const refused = expect(readWhole(file, 100)).rejects;
      await refused.toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining(message) });
    }
  });
});
