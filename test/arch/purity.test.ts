/** The core is pure: no clock, no chance, no environment and no I/O outside adapters, app and config. */
import { describe, expect, it } from 'vitest';
import { impurities } from './purity-scan.ts';
import { sourceFiles } from './tree.ts';

const RIM = /^src\/(adapters|app|config)\/|^src\/main\.ts$/;

describe('the scan finds', () => {
  it.each([
    ['const t = Date.now();', ['1: Date.now']],
    ['const t = new Date();', ['1: new Date()']],
    ['const t = Date();', ['1: Date()']],
    ['const x =\n  Math.random();', ['2: Math.random']],
    ['setTimeout(() => 1, 5);', ['1: setTimeout']],
    ["import { readFileSync } from 'node:fs';", ['1: node:fs']],
    ["import { randomBytes as r } from 'node:crypto';", ['1: node:crypto r']],
    ["import * as c from 'node:crypto';", ['1: node:crypto as a whole']],
    ['const home = process.env.HOME;', ['1: process.env', '1: process']],
    ['await fetch(url);', ['1: fetch']],
    ['const io = { fetch };', ['1: fetch']],
    ['const io = { get: fetch };', ['1: fetch']],
  ])('%s', (text, expected) => {
    expect(impurities(text)).toEqual(expected);
  });

  it.each([
    ['const d = new Date(ms).toISOString();'],
    ["import { createHmac } from 'node:crypto';"],
    ['const o = { process: 1 }; use(o.process);'],
    ["const s = 'Date.now() and Math.random() in a text';"],
    ['/* setTimeout in a comment */ const a = Date.UTC(2024, 0);'],
    ['class Keeper { fetch() { return this.fetch(); } }'],
    ['interface A { readonly process: string }'],
  ])('nothing in: %s', (text) => {
    expect(impurities(text)).toEqual([]);
  });
});

it('the core is pure', () => {
  const core = sourceFiles('src').filter(({ path }) => !RIM.test(path));
  expect(core.length).toBeGreaterThan(20);
  expect(core.flatMap(({ path, text }) => impurities(text).map((what) => `${path}:${what}`))).toEqual([]);
});
