/** Every guarantee stands in the code that holds it and in the title of a test that tries to break it. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { carriedIn, namedIn } from './guarantee-scan.ts';
import { filesNamed, guaranteesIn, partsMissing } from './privacy-model.ts';
import { sourceFiles } from './tree.ts';

/** All guarantees of docs/privacy-model.md. */
const GUARANTEES = Array.from({ length: 15 }, (_, i) => `G-${String(i + 1).padStart(2, '0')}`);

/** Guarantees that this version does not give in full, each with the reason. The only place to say so. */
const NOT_YET_BUILT: Readonly<Record<string, string>> = {};

const MODEL = 'docs/privacy-model.md';

const carried = carriedIn(sourceFiles('src'));
const named = namedIn(sourceFiles('test'));
const missing = (from: ReadonlyMap<string, unknown>): readonly string[] =>
  GUARANTEES.filter((id) => !from.has(id) && !(id in NOT_YET_BUILT));

describe('the scan', () => {
  it('reads tags of doc comments only', () => {
    const text = '/**\n * Snaps.\n *\n * @guarantee G-08\n */\nconst a = "G-09";\n';
    expect([...carriedIn([{ path: 'a.ts', text }])]).toEqual([['G-08', ['a.ts']]]);
  });

  it('reads ids at the start of titles, through every kind of runner', () => {
    const text = [
      "describe('G-01 consent', () => {});",
      "it.each([1])('G-02, G-03: %s', () => {});",
      "it.skipIf(x)('G-04 later', () => {});",
      "it('says G-05 in the middle', () => {});",
      "check('G-06 is no test', () => {});",
      'it(`G-07 ${name}`, () => {});',
    ].join('\n');
    expect([...namedIn([{ path: 'a.test.ts', text }]).keys()]).toEqual([
      'G-01',
      'G-02',
      'G-03',
      'G-04',
      'G-07',
    ]);
  });
});

describe('every guarantee', () => {
  it('is carried by code', () => {
    expect(missing(carried)).toEqual([]);
  });

  it('is named by a test', () => {
    expect(missing(named)).toEqual([]);
  });

  it('that code or tests name is one of the list', () => {
    const known = new Set(GUARANTEES);
    expect([...carried.keys(), ...named.keys()].filter((id) => !known.has(id))).toEqual([]);
  });

  it('that code carries has its test, even when it is not built in full', () => {
    expect([...carried.keys()].filter((id) => !named.has(id))).toEqual([]);
  });

  it('that is called not yet built is indeed carried nowhere', () => {
    expect(Object.keys(NOT_YET_BUILT).filter((id) => carried.has(id))).toEqual([]);
  });

  it('stands in the privacy model with all that an outside reader needs to check it', () => {
    const written = guaranteesIn(readFileSync(MODEL, 'utf8'));
    expect(written.map(({ id }) => id)).toEqual(GUARANTEES);
    expect(written.flatMap((one) => partsMissing(one).map((part) => `${one.id}: ${part}`))).toEqual([]);
  });

  it('names code and tests there that exist', () => {
    const written = guaranteesIn(readFileSync(MODEL, 'utf8'));
    const named = written.flatMap((one) => filesNamed(one).map((path) => ({ id: one.id, path })));
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(({ path }) => !existsSync(path))).toEqual([]);
  });
});

describe('the reading of the privacy model', () => {
  it('finds the parts of a section and the files it names', () => {
    const page =
      '### G-01 One\n- **Statement.** s\n- **Code.** `src/a/b.ts`, `c.ts`; `src/d/`. **Tests.** `test/e/f.test.ts`, `g.test.ts`.\n### G-02 Two\n## Not promised\n`src/x.ts`\n';
    const [one, two] = guaranteesIn(page);
    expect(one === undefined ? [] : partsMissing(one)).toEqual(['Mechanism', 'Residual risk']);
    expect(one === undefined ? [] : filesNamed(one)).toEqual([
      'src/a/b.ts',
      'src/a/c.ts',
      'src/d/',
      'test/e/f.test.ts',
      'test/e/g.test.ts',
    ]);
    expect(two).toEqual({ id: 'G-02', text: 'G-02 Two\n' });
  });
});
