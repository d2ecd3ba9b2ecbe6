/** Form of the files: small, named for their duty, opened by one sentence, without junk rooms and barrels. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SourceFile } from './tree.ts';
import { lineCount, sourceFiles } from './tree.ts';

const BANNED = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'manager',
  'service',
  'info',
  'data',
  'process',
  'misc',
];
const LIMIT = { product: 300, test: 400 };

/** Names of a path's folders and file that say nothing of a duty. */
const bannedIn = (path: string): readonly string[] =>
  path
    .replace(/(\.test)?\.ts$/, '')
    .split('/')
    .filter((part) => BANNED.includes(part));

const isKebab = (path: string): boolean =>
  path.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?(\.ts)?$/.test(part));

const opensWithDuty = (text: string): boolean => /^\/\*\*\s*\S/.test(text);

const reExports = (text: string): boolean => /^export (type )?(\*|\{[^}]*\}) ?(as \w+ )?from /m.test(text);

/** Written by a generator; its own test compares it with what the generator writes now. */
const isGenerated = ({ path }: SourceFile): boolean => path.endsWith('.gen.ts');

const product = sourceFiles('src').filter((file) => !isGenerated(file));
const all = sourceFiles('src', 'test', 'bench', 'examples').filter((file) => !isGenerated(file));
const offending = (files: readonly SourceFile[], bad: (file: SourceFile) => boolean): readonly string[] =>
  files.filter(bad).map(({ path }) => path);

describe('the rules can fail', () => {
  it('on names, openings and barrels', () => {
    expect(bannedIn('src/common/date-utils.ts')).toEqual(['common']);
    expect(bannedIn('src/visits/helpers.ts')).toEqual(['helpers']);
    expect(isKebab('src/visits/visitDetector.ts')).toBe(false);
    expect(opensWithDuty("import { a } from './a.ts';\n")).toBe(false);
    expect(reExports("export * from './a.ts';")).toBe(true);
    expect(reExports("import { a } from './a.ts';\nexport { b } from './b.ts';")).toBe(true);
    expect(reExports('export { a };')).toBe(false);
  });
});

describe('every file', () => {
  it('has at most 300 lines, a test 400', () => {
    const tooLong = all.filter(
      (file) => lineCount(file) > (file.path.startsWith('src/') ? LIMIT.product : LIMIT.test),
    );
    expect(tooLong.map((file) => `${file.path} ${lineCount(file)}`)).toEqual([]);
  });

  it('is named for its duty', () => {
    expect(offending(all, ({ path }) => bannedIn(path).length > 0)).toEqual([]);
  });

  it('is named in kebab-case', () => {
    expect(offending(all, ({ path }) => !isKebab(path))).toEqual([]);
  });

  it('opens with the sentence of its duty; a test file may leave that to its titles', () => {
    expect(offending(all, ({ path, text }) => !path.endsWith('.test.ts') && !opensWithDuty(text))).toEqual(
      [],
    );
  });

  it('of the product is no barrel', () => {
    expect(offending(product, ({ path, text }) => path.endsWith('/index.ts') || reExports(text))).toEqual([]);
  });

  it('of the product does without suppressions of the compiler', () => {
    expect(offending(product, ({ text }) => /@ts-(ignore|expect-error|nocheck)/.test(text))).toEqual([]);
  });

  it('speaks neither of registry hosts nor of paths of one machine', () => {
    const told =
      /registry\.npmjs|https?:\/\/localhost:4873|\/home\/[a-z]+\/|file:\/\/\/(?!\$)[a-z]+\/[a-z]+\/src/;
    expect(offending(product, ({ text }) => told.test(text))).toEqual([]);
  });
});

describe('the topology', () => {
  it('is one page', () => {
    const page = 'src/topology/topology.ts';
    const lines = existsSync(page) ? lineCount({ path: page, text: readFileSync(page, 'utf8') }) : 0;
    expect(lines).toBeLessThanOrEqual(150);
  });
});
