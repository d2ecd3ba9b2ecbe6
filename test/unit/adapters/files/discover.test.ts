/** Names tell topic and format; folders are searched; what is missing is said plainly. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverInputs, inputFile } from '../../../../src/adapters/files/discover.ts';
import { OboroError } from '../../../../src/model/errors.ts';
import { Scratch } from './scratch.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

const touch = (...names: string[]): void => {
  for (const name of names) writeFileSync(scratch.path(name), '');
};

const failure = async (paths: readonly string[]): Promise<OboroError> => {
  const thrown: unknown = await discoverInputs(paths).catch((error: unknown) => error);
  if (!(thrown instanceof OboroError)) throw new Error('no OboroError was thrown');
  return thrown;
};

describe('inputFile', () => {
  it.each([
    ['raw.gps.jsonl', 'raw.gps', 'jsonl', false],
    ['raw.gps-2024-01-01.csv.gz', 'raw.gps', 'csv', true],
    ['raw.gps.part.3.csv', 'raw.gps', 'csv', false],
    ['raw.device.csv', 'raw.device', 'csv', false],
    ['raw.access-log.jsonl.gz', 'raw.access-log', 'jsonl', true],
    ['raw.access-log-a.csv', 'raw.access-log', 'csv', false],
    ['raw.access-log.log', 'raw.access-log', 'log', false],
    ['access.log', 'raw.access-log', 'log', false],
    ['site-1.log.gz', 'raw.access-log', 'log', true],
    ['privacy.consent.jsonl', 'privacy.consent', 'jsonl', false],
    ['privacy.consent.csv.gz', 'privacy.consent', 'csv', true],
    ['privacy.erasure-7.jsonl', 'privacy.erasure', 'jsonl', false],
    ['ref.stores.geojson', 'ref.stores', 'geojson', false],
    ['ref.stores-tokyo.geojson.gz', 'ref.stores', 'geojson', true],
    ['ref.stores.csv', 'ref.stores', 'csv', false],
  ] as const)('reads %s as %s in %s', (name, topic, format, gz) => {
    expect(inputFile(`/some/where/${name}`)).toEqual({
      path: `/some/where/${name}`,
      name,
      topic,
      format,
      gz,
    });
  });

  it.each([
    'notes.txt',
    'fixes.csv',
    'raw.gps',
    'raw.gps.json',
    'raw.gps.jsonl.zip',
    'raw.gps.geojson',
    'raw.gps.log',
    'ref.stores.log',
    'my-raw.gps.csv',
    'RAW.GPS.csv',
    '.log',
    'gz',
    '',
  ])('does not take %j', (name) => {
    expect(inputFile(name)).toBeNull();
  });
});

describe('discoverInputs', () => {
  it('searches a folder and one level below, and reports what it passes over', async () => {
    touch('raw.gps-2.csv', 'raw.gps-1.jsonl', 'README.md', '.raw.gps.csv', 'ref.stores.csv', 'web.log');
    mkdirSync(scratch.path('2024-01-01/deep'), { recursive: true });
    touch('2024-01-01/raw.gps-1.csv', '2024-01-01/photo.png', '2024-01-01/deep/raw.gps-9.csv');
    const { inputs, ignored } = await discoverInputs([scratch.dir]);
    expect(inputs.map((input) => input.path)).toEqual(
      ['2024-01-01/raw.gps-1.csv', 'raw.gps-1.jsonl', 'raw.gps-2.csv', 'web.log', 'ref.stores.csv'].map(
        (name) => scratch.path(name),
      ),
    );
    expect(ignored).toEqual(['README.md', 'photo.png']);
  });

  it('gives the same order whatever the order of the arguments, and each file once', async () => {
    touch('raw.gps-a.csv', 'raw.device.csv', 'raw.gps-b.csv');
    const paths = [scratch.path('raw.gps-b.csv'), scratch.dir, scratch.path('raw.device.csv')];
    const forward = await discoverInputs(paths);
    const backward = await discoverInputs([...paths].reverse());
    expect(forward.inputs.map((input) => input.name)).toEqual([
      'raw.gps-a.csv',
      'raw.gps-b.csv',
      'raw.device.csv',
    ]);
    expect(backward).toEqual(forward);
  });

  it('follows links, and passes over those that lead nowhere', async () => {
    mkdirSync(scratch.path('in'));
    touch('raw.gps.csv');
    symlinkSync(scratch.path('raw.gps.csv'), join(scratch.path('in'), 'raw.gps-link.csv'));
    symlinkSync(scratch.path('nowhere.csv'), join(scratch.path('in'), 'raw.gps-broken.csv'));
    const { inputs, ignored } = await discoverInputs([scratch.path('in')]);
    expect(inputs.map((input) => input.name)).toEqual(['raw.gps-link.csv']);
    expect(ignored).toEqual(['raw.gps-broken.csv']);
  });

  it('says which path is missing', async () => {
    const error = await failure([scratch.path('raw.gps.csv')]);
    expect(error).toMatchObject({ code: 'INPUT_MISSING', exitCode: 66 });
    expect(error.message).toContain('raw.gps.csv');
  });

  it('says what names it expects when a folder has no raw input', async () => {
    touch('ref.stores.csv', 'privacy.consent.jsonl');
    const error = await failure([scratch.dir]);
    expect(error.code).toBe('INPUT_MISSING');
    for (const name of ['raw.gps*', 'raw.device*', 'raw.access-log*', '*.log']) {
      expect(error.hint).toContain(name);
    }
  });

  it('refuses a single file whose name tells nothing', async () => {
    touch('fixes.csv');
    const error = await failure([scratch.path('fixes.csv')]);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', exitCode: 65 });
    expect(error.hint).toContain('raw.gps*.jsonl|csv');
  });
});
