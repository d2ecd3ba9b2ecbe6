/** No parameter without effect: what the configuration offers, some code outside it reads. */
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { sourceFiles } from './tree.ts';

/** Names of the leaves of a value, purposes apart: those are looked up by the purpose at hand. */
const leafNames = (value: object): readonly string[] =>
  Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) && name !== 'acceptedVersions'
      ? leafNames(inner)
      : [name],
  );

/** True where a text reads a member of this name: `x.name`, or `name` taken out of an object by a pattern. */
const reads = (text: string, name: string): boolean =>
  new RegExp(`\\.${name}\\b|[{,]\\s*${name}\\b`).test(text);

it('every parameter is read outside the configuration', async () => {
  const { policy, vault, run } = await loadConfig({ file: null, environment: {} });
  const users = sourceFiles('src').filter(({ path }) => !/^src\/(config|model)\//.test(path));
  const names = leafNames({ policy, vault, run });
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !users.some(({ text }) => reads(text, name)))).toEqual([]);
});

it.each([
  ['gate.rounding * 2', true],
  ['const { k, rounding } = gate;', true],
  ['const roundings = 1;', false],
  ['// rounding', false],
])('reading is recognised: %s', (text, expected) => {
  expect(reads(text, 'rounding')).toBe(expected);
});
