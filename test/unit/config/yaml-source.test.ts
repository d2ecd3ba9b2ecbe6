/** Reading YAML: positions, and complaints that quote nothing. */
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/config/yaml-source.ts';

const TEXT = 'gate:\n  k: 10\n  # edges\n  dwellEdges:\n    - PT10M\n    - PT1H\nlateness: PT5M\n';

describe('readYaml', () => {
  it.each([
    [['gate', 'k'], 'c.yaml:2:6'],
    [['gate', 'dwellEdges', '1'], 'c.yaml:6:7'],
    [['lateness'], 'c.yaml:7:11'],
    [['gate', 'rounding'], null],
    [['nothing', 'here'], null],
  ])('finds the value of %j at %s', (path, where) => {
    expect(readYaml(TEXT, 'c.yaml').locate(path)).toBe(where);
  });

  it.each([
    [['gate'], 'c.yaml:1:1'],
    [['gate', 'k'], 'c.yaml:2:3'],
    [['lateness'], 'c.yaml:7:1'],
    [['lateness', 'deeper'], null],
    [['absent'], null],
  ])('finds the name of %j at %s', (path, where) => {
    expect(readYaml(TEXT, 'c.yaml').locateName(path)).toBe(where);
  });

  it.each([[''], ['# only a comment\n'], ['null\n'], ['{}\n']])('reads %j as nothing set', (text) => {
    expect(readYaml(text, 'c.yaml')).toMatchObject({ tree: {}, problems: [] });
  });

  it.each([
    ['a: 1\na: 2\n', 'c.yaml:2:1', 'expected each key once'],
    ['a: 1\n---\nb: 2\n', 'c.yaml:2:1', 'expected one document, not several'],
    ['- canary\n', 'c.yaml:1:1', 'expected a mapping of keys'],
    ['canary\n', 'c.yaml:1:1', 'expected a mapping of keys'],
    ['a:\n\t- b\n', 'c.yaml:2:1', 'expected spaces, not a tab, for indentation'],
    ['a: *canary\n', 'c.yaml', 'expected aliases whose anchors stand before them'],
    ['a: "canary\n', 'c.yaml:2:1', 'expected a character that is missing here'],
    ['a: !canary 1\n', 'c.yaml:1:4', 'expected valid YAML'],
  ])('refuses %j at %s', (text, where, what) => {
    const { tree, problems } = readYaml(text, 'c.yaml');
    expect(tree).toBeNull();
    expect(problems[0]).toMatchObject({ where, what: expect.stringContaining(what) as string });
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  it('refuses a document that grows by aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i}: &l${i} [${i === 0 ? '1' : `*l${i - 1}, *l${i - 1}, *l${i - 1}`}]`,
    );
    expect(readYaml(levels.join('\n'), 'c.yaml').problems).toHaveLength(1);
  });
});
