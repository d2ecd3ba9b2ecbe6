/** The calling law holds, and the rules that say so catch what they forbid. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

const CRUISER = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const LAW = resolve('.dependency-cruiser.cjs');

const violations = (cwd: string, folders: readonly string[]): readonly string[] => {
  const run = spawnSync(process.execPath, [CRUISER, '--config', LAW, '--output-type', 'json', ...folders], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const { summary } = JSON.parse(run.stdout) as { summary: { violations: readonly Violation[] } };
  return summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`);
};

/** A small house with one breach of each rule. */
const BREACHES: Readonly<Record<string, string>> = {
  'src/model/raw.ts': 'export interface Raw { readonly a: 1 }\n',
  'src/model/up.ts': "import type { Station } from '../flow/station.ts';\nexport type Up = Station;\n",
  'src/flow/station.ts': 'export type Station = 1;\n',
  'src/ports/salts.ts': 'export type Salts = 1;\n',
  'src/ports/releases.ts': 'export type Releases = 1;\n',
  'src/visits/detector.ts': "import type { Raw } from '../model/raw.ts';\nexport type D = Raw;\n",
  'src/sanitize/snap.ts': "import type { D } from '../visits/detector.ts';\nexport type S = D;\n",
  'src/release/gate.ts': "import type { Salts } from '../ports/salts.ts';\nexport type G = Salts;\n",
  'src/query/rows.ts': "import type { Salts } from '../ports/salts.ts';\nexport type Q = Salts;\n",
  'src/dashboard/page.ts':
    "import type { Releases } from '../ports/releases.ts';\nexport type P = Releases;\n",
  'src/adapters/files/read.ts': "import type { Raw } from '../../model/raw.ts';\nexport type F = Raw;\n",
  'src/adapters/vault/salts.ts': "import type { Raw } from '../../model/raw.ts';\nexport type V = Raw;\n",
  'src/runtime/task.ts': "import type { V } from '../adapters/vault/salts.ts';\nexport type T = V;\n",
  'src/flow/a.ts': "import type { B } from './b.ts';\nexport type A = B | 1;\n",
  'src/flow/b.ts': "import type { A } from './a.ts';\nexport type B = A | 2;\n",
  'src/time/lost.ts': "import { gone } from './gone.ts';\nexport const lost = gone;\n",
  'tsconfig.json':
    '{ "compilerOptions": { "module": "NodeNext", "allowImportingTsExtensions": true, "noEmit": true } }\n',
  'package.json': '{ "name": "breaches", "type": "module" }\n',
};

const CAUGHT = [
  'src/adapters/vault/salts.ts: raw-events-stay-in-the-doors',
  'src/flow/a.ts: no-circle',
  'src/model/up.ts: model-imports-no-package',
  'src/model/up.ts: model-imports-only-nothing',
  'src/query/rows.ts: query-imports-only-model-ports.releases.ts',
  'src/release/gate.ts: release-imports-only-model-flow-time-place',
  'src/runtime/task.ts: only-app-constructs-adapters',
  'src/runtime/task.ts: runtime-imports-only-model-flow-time-ports',
  'src/sanitize/snap.ts: sanitize-imports-only-model-flow-time-place',
  'src/time/lost.ts: every-import-resolves',
  'src/visits/detector.ts: raw-events-stay-in-the-doors',
];

describe('the calling law', () => {
  const house = mkdtempSync(join(tmpdir(), 'oboro-law-'));
  afterAll(() => {
    rmSync(house, { recursive: true, force: true });
  });

  it('catches each breach of a house built to break it, and nothing else', () => {
    for (const [path, text] of Object.entries(BREACHES)) {
      mkdirSync(join(house, dirname(path)), { recursive: true });
      writeFileSync(join(house, path), text);
    }
    expect([...new Set(violations(house, ['src']))].sort()).toEqual(CAUGHT);
  });

  it('holds in this house', () => {
    expect(violations('.', ['src', 'test'])).toEqual([]);
  });
});
