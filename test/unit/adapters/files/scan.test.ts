/** A scan counts, finds the span of time, judges the order and digests the bytes. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EARLIEST_MS, EventKeys } from '../../../../src/adapters/files/order.ts';
import { scanFile, scanUntilDisorder } from '../../../../src/adapters/files/scan.ts';
import { BASE_MS, LATEST_MS, Scratch, timeOf } from './scratch.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

const OPTIONS = { timeOf, latestMs: LATEST_MS, latenessMs: 100 };
const YEAR_2099 = Date.UTC(2099, 0, 1) - BASE_MS;
const YEAR_1999 = Date.UTC(1999, 11, 31) - BASE_MS;

describe('EventKeys', () => {
  it('lets a line without a time that can be believed stay beside its predecessor', () => {
    const keys = new EventKeys(OPTIONS);
    const lines = ['?', '5', 'x', `${YEAR_2099}`, `${YEAR_1999}`, '3', ''];
    expect(lines.map((line) => keys.next(line))).toEqual(
      [EARLIEST_MS, 5, 5, 5, 5, 3, 3].map((ms) => (ms === EARLIEST_MS ? ms : BASE_MS + ms)),
    );
  });

  it('believes the bounds themselves, and no time that is not a finite number', () => {
    const odd = [
      EARLIEST_MS,
      EARLIEST_MS - 1,
      LATEST_MS,
      LATEST_MS + 1,
      Infinity,
      -Infinity,
      NaN,
      1.5e12 + 0.7,
    ];
    const keys = new EventKeys({ timeOf: (line) => odd[Number(line)] ?? null, latestMs: LATEST_MS });
    const believed = odd.map((_, i) => (keys.move(String(i)) ? keys.last : null));
    expect(believed).toEqual([EARLIEST_MS, null, LATEST_MS, null, null, null, null, 1.5e12]);
  });
});

describe('scanFile', () => {
  it.each([
    ['nothing', '', true],
    ['ascending times', '1\n2\n3\n', true],
    ['equal times', '2\n2\n2\n', true],
    ['a step back as long as the lateness', '100\n300\n200\n301\n201\n', true],
    ['a step back that is longer', '100\n300\n199\n', false],
    ['many small steps back that add up', '300\n250\n201\n199\n', false],
    ['a line of the year 2099', `1\n${YEAR_2099}\n2\n`, true],
    ['a line of the year 1999', `1\n${YEAR_1999}\n2\n`, true],
    ['lines without time', 'x\n500\ny\nz\n501\n', true],
  ])('judges %s', async (_, content, inOrder) => {
    const file = scratch.write('raw.gps.jsonl', content);
    expect((await scanFile(file, OPTIONS)).inOrder).toBe(inOrder);
    const early = await scanUntilDisorder(file, OPTIONS);
    expect(early?.inOrder ?? false).toBe(inOrder);
  });

  it('counts records and faults, and finds the span of believable times', async () => {
    const long = 'x'.repeat(200);
    const content = `time\n\nx,1\n70,a\n${long}\n${YEAR_2099}\n20,b\n90,c\nlast`;
    const file = scratch.write('raw.gps.csv', content);
    const scan = await scanFile(file, { ...OPTIONS, maxLineBytes: 100 });
    expect(scan).toMatchObject({
      lines: 7,
      timed: 3,
      firstMs: BASE_MS + 20,
      lastMs: BASE_MS + 90,
      headKeyMs: EARLIEST_MS,
      lastLine: 9,
      bytes: content.length,
    });
    expect(scan.modifiedMs).toBeGreaterThan(0);
  });

  it('knows no span where no line has a time', async () => {
    const scan = await scanFile(scratch.write('raw.gps.jsonl', 'a\nb\n'), OPTIONS);
    expect(scan).toMatchObject({ lines: 2, timed: 0, firstMs: null, lastMs: null, inOrder: true });
  });

  it('digests the file as it lies on disk, damaged or not', async () => {
    const whole = gzipSync('1\n2\n3\n');
    for (const bytes of [whole, whole.subarray(0, 12), Buffer.alloc(0)]) {
      const file = scratch.writeRaw('raw.gps.jsonl.gz', bytes);
      const scan = await scanFile(file, OPTIONS);
      expect(scan.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(scan.bytes).toBe(bytes.length);
    }
  });

  it('ends with the reason of its signal', async () => {
    const reason = new Error('stop');
    const file = scratch.write('raw.gps.jsonl', '1\n');
    await expect(scanFile(file, { ...OPTIONS, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
