/** The external sort: right order, nothing in the clear, nothing left behind, and used again only when it may be. */
import { readFileSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareInput } from '../../../../src/adapters/files/prepare.ts';
import { scanFile } from '../../../../src/adapters/files/scan.ts';
import { BlockSealer } from '../../../../src/adapters/files/seal.ts';
import { sortFile } from '../../../../src/adapters/files/sort.ts';
import { openSpool, removeSpool, sweepSpools } from '../../../../src/adapters/files/spool.ts';
import { readSpool } from '../../../../src/adapters/files/spool-reader.ts';
import { LATEST_MS, Scratch, collect, timeOf } from './scratch.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

const CANARY = 'device-canary-7431';
const options = (slot?: string, key?: Uint8Array) => ({
  timeOf,
  latestMs: LATEST_MS,
  latenessMs: 10,
  spool: scratch.place(slot, key),
});

/** `count` lines with times in no order, each with the canary. */
const shuffled = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${(i * 7_919) % 10_007},${CANARY},${i}`);

const spooled = (): string[] => readdirSync(scratch.path('spool')).sort();

describe('sortFile', () => {
  it('sorts by time, then line, and keeps line numbers, faults and lines without time in place', async () => {
    const lines = ['head', '30,a', 'no time', 'x'.repeat(50), '10,b', '', '30,c', '10,d', '5,é渋谷'];
    const file = scratch.write('raw.gps.csv', lines.join('\r\n'));
    const spool = await sortFile(file, { ...options(), maxLineBytes: 20, runBytes: 1 });
    expect(
      (await collect(readSpool(spool))).map((item) => `${item.line}:${item.fault ?? item.text}`),
    ).toEqual(['9:5,é渋谷', '5:10,b', '8:10,d', '2:30,a', '3:no time', '4:too_large', '7:30,c']);
    expect(spool.index.scan).toEqual({
      ...(await scanFile(file, { ...options(), maxLineBytes: 20 })),
      inOrder: false,
    });
  });

  it('keeps the fault of a damaged file after the line it follows', async () => {
    const whole = scratch.write('raw.gps.jsonl.gz', `20,a\n10,${'b'.repeat(50)}\n5,c\n`);
    const bytes = readFileSync(whole.path);
    const file = scratch.writeRaw('raw.gps-cut.jsonl.gz', bytes.subarray(0, bytes.length - 9));
    const items = await collect(readSpool(await sortFile(file, options())));
    expect(items.filter((item) => item.fault !== null)).toHaveLength(1);
    const at = items.findIndex((item) => item.fault === 'truncated');
    expect(items[at]?.line).toBe((items[at - 1]?.line ?? 0) + 1);
  });

  it('sorts a file of many runs and blocks', async () => {
    const lines = shuffled(60_000);
    const file = scratch.write('raw.gps.jsonl', lines.join('\n'));
    const spool = await sortFile(file, { ...options(), runBytes: 100_000 });
    expect(spool.index.runs.length).toBeGreaterThan(3);
    expect(spool.index.runs.some((run) => run.lengths.length > 1)).toBe(true);
    const order = lines
      .map((text, i) => ({ text, line: i + 1, at: timeOf(text) ?? 0 }))
      .sort((a, b) => a.at - b.at || a.line - b.line);
    const items = await collect(readSpool(spool));
    expect(items).toEqual(order.map(({ text, line }) => ({ text, line, fault: null })));
  });

  it('goes on from any count of records', async () => {
    const file = scratch.write('raw.gps.jsonl', shuffled(50).join('\n'));
    const spool = await sortFile(file, { ...options(), runBytes: 1 });
    const all = await collect(readSpool(spool));
    for (let from = 0; from <= 51; from += 1) {
      expect(await collect(readSpool(spool, { from, batchLines: 7 }))).toEqual(all.slice(from));
    }
  });

  it('gives an empty spool for an empty file', async () => {
    const spool = await sortFile(scratch.write('raw.gps.csv', 'head\n'), options());
    expect(await collect(readSpool(spool))).toEqual([]);
  });
});

describe('G-04 what is spooled', () => {
  it('holds no line in the clear, and no two blocks alike', async () => {
    const file = scratch.write('raw.gps.jsonl', shuffled(3_000).join('\n'));
    const spool = await sortFile(file, options());
    expect(spooled()).toEqual(['input-0.spool', 'input-0.spool-index']);
    for (const name of spooled()) {
      const bytes = readFileSync(`${scratch.path('spool')}/${name}`);
      for (const text of [CANARY, 'canary', '7431', ',raw.gps', file.name]) {
        expect(bytes.includes(text)).toBe(false);
        expect(bytes.includes(Buffer.from(text, 'utf16le'))).toBe(false);
      }
    }
    const first = readFileSync(spool.path);
    await removeSpool(scratch.place());
    const second = readFileSync((await sortFile(file, options())).path);
    expect(second).toHaveLength(first.length);
    expect(second.subarray(16, 64).equals(first.subarray(16, 64))).toBe(false);
  });

  it('does not open at another place, under another key, or changed', () => {
    const sealer = new BlockSealer(new Uint8Array(32), Buffer.alloc(8));
    const sealed = sealer.seal(3, [Buffer.from('one'), Buffer.from('two')]);
    expect(sealer.open(3, sealed)?.toString()).toBe('onetwo');
    expect(sealer.open(4, sealed)).toBeNull();
    expect(sealer.open(3, sealed.subarray(1))).toBeNull();
    expect(sealer.open(3, Buffer.alloc(5))).toBeNull();
    expect(new BlockSealer(new Uint8Array(32).fill(1), Buffer.alloc(8)).open(3, sealed)).toBeNull();
    expect(new BlockSealer(new Uint8Array(32), Buffer.alloc(8, 1)).open(3, sealed)).toBeNull();
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(sealer.open(3, changed)).toBeNull();
    }
    expect(() => new BlockSealer(new Uint8Array(16), Buffer.alloc(8))).toThrow('32 bytes');
  });

  it('is noticed when it was changed or cut', async () => {
    const file = scratch.write('raw.gps.jsonl', shuffled(100).join('\n'));
    const spool = await sortFile(file, options());
    const bytes = readFileSync(spool.path);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(spool.path, bytes);
    await expect(collect(readSpool(spool))).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    truncateSync(spool.path, 50);
    await expect(collect(readSpool(spool))).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    await removeSpool(scratch.place());
    await expect(collect(readSpool(spool))).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  });

  it('is swept away, but for the slots that are still wanted', async () => {
    const file = scratch.write('raw.gps.jsonl', '20\n1\n');
    await sortFile(file, options('old'));
    await sortFile(file, options('new'));
    writeFileSync(scratch.path('spool/killed.spool'), 'half');
    writeFileSync(scratch.path('spool/killed.spool-index.tmp'), 'half');
    writeFileSync(scratch.path('spool/notes.txt'), 'not ours');
    await sweepSpools(scratch.path('spool'), ['new']);
    expect(spooled()).toEqual(['new.spool', 'new.spool-index', 'notes.txt']);
    await sweepSpools(scratch.path('spool'));
    expect(spooled()).toEqual(['notes.txt']);
    await sweepSpools(scratch.path('nowhere'));
  });
});

describe('a spool left by a stopped run', () => {
  const CONTENT = shuffled(200).join('\n');

  it('is used again for the same file, settings and key', async () => {
    const file = scratch.write('raw.gps.jsonl', CONTENT);
    const first = await sortFile(file, options());
    const before = readFileSync(first.path);
    const again = await sortFile(file, options());
    expect(readFileSync(again.path).equals(before)).toBe(true);
    expect(again.index).toEqual(first.index);
    expect(await collect(readSpool(again))).toEqual(await collect(readSpool(first)));
  });

  it.each<readonly [string, () => unknown]>([
    ['the file has changed', () => scratch.write('raw.gps.jsonl', `${CONTENT}\n1`)],
    ['its time of change is another', () => utimesSync(scratch.path('raw.gps.jsonl'), 1, 1)],
    ['the index is missing', () => removeSpool({ dir: scratch.path('spool'), slot: 'input-0' })],
    ['the index is damaged', () => writeFileSync(scratch.path('spool/input-0.spool-index'), 'oborosp1')],
    ['the index is of another kind', () => writeFileSync(scratch.path('spool/input-0.spool-index'), '{}')],
    ['its end is missing', () => truncateSync(scratch.path('spool/input-0.spool'), 100)],
  ])('is made anew when %s', async (_, change) => {
    const file = scratch.write('raw.gps.jsonl', CONTENT);
    const first = await sortFile(file, options());
    const before = readFileSync(first.path);
    await change();
    const again = await sortFile(file, options());
    expect(readFileSync(again.path).equals(before)).toBe(false);
    expect((await collect(readSpool(again))).length).toBeGreaterThanOrEqual(200);
  });

  it('is made anew under another key or other settings', async () => {
    const file = scratch.write('raw.gps.jsonl', CONTENT);
    const { index } = await sortFile(file, options());
    expect(await openSpool(scratch.place(), index.stamp)).not.toBeNull();
    expect(await openSpool(scratch.place(), `${index.stamp} `)).toBeNull();
    expect(await openSpool(scratch.place('input-0', new Uint8Array(32)), index.stamp)).toBeNull();
    const other = await sortFile(file, { ...options(), latestMs: LATEST_MS - 1 });
    expect(other.index.stamp).not.toBe(index.stamp);
  });

  it('says so when the folder cannot be written', async () => {
    const file = scratch.write('raw.gps.jsonl', CONTENT);
    writeFileSync(scratch.path('spool'), 'a file, not a folder');
    await expect(sortFile(file, options())).rejects.toMatchObject({ code: 'OUTPUT_DENIED', exitCode: 73 });
  });
});

describe('prepareInput', () => {
  it('leaves a file in order alone and removes a stale spool', async () => {
    const file = scratch.write('raw.gps.jsonl', '1\n2\n0\n30\n25\n');
    await sortFile(file, options());
    const prepared = await prepareInput(file, options());
    expect(prepared.spool).toBeNull();
    expect(prepared.scan).toEqual(await scanFile(file, options()));
    expect(spooled()).toEqual([]);
  });

  it('sorts a file out of order', async () => {
    const file = scratch.write('raw.gps.jsonl', '1\n30\n19\n');
    const { spool, scan } = await prepareInput(file, options());
    expect(scan).toEqual(await scanFile(file, options()));
    expect(scan.inOrder).toBe(false);
    if (spool === null) throw new Error('not sorted');
    expect((await collect(readSpool(spool))).map((item) => item.text)).toEqual(['1', '19', '30']);
  });

  it('believes what it is told of an unchanged file, and looks again at a changed one', async () => {
    const file = scratch.write('raw.gps.jsonl', '1\n2\n');
    const { scan } = await prepareInput(file, options());
    const known = { ...scan, digest: 'as told' };
    expect((await prepareInput(file, { ...options(), known })).scan).toBe(known);
    scratch.write('raw.gps.jsonl', '1\n2\n3\n');
    const changed = await prepareInput(file, { ...options(), known });
    expect(changed.scan.digest).not.toBe('as told');
    expect(changed.scan.lines).toBe(3);
  });
});
