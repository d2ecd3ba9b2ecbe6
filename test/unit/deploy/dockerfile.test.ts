import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** Instructions in order; continued lines are one, comments none. */
const instructionsOf = (text: string): readonly Instruction[] =>
  text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [word = '', ...rest] = line.trim().split(/\s+/);
      return { word, rest: rest.join(' ') };
    });

type Rule = (all: readonly Instruction[], last: readonly Instruction[]) => readonly Instruction[];

const only = (all: readonly Instruction[], word: string): readonly Instruction[] =>
  all.filter((one) => one.word === word);

/** Instructions that break the rule; `last` are those of the last stage, which is the image. */
const RULES: Readonly<Record<string, Rule>> = {
  'bases are pinned to a version, and Node is 24': (all) =>
    only(all, 'FROM').filter(({ rest }) => !/^node:24\.\d+\.\d+-[a-z-]+( AS [a-z]+)?$/.test(rest)),
  'nothing is added from elsewhere': (all) =>
    all.filter(({ word, rest }) => word === 'ADD' || /https?:|curl|wget/.test(rest)),
  'nothing is installed without a lock': (all) =>
    only(all, 'RUN').filter(({ rest }) => /npm"?, ?"?(i|install)"/.test(rest) || /apt/.test(rest)),
  'what the image holds belongs to root': (_all, last) =>
    only(last, 'COPY').filter(({ rest }) => !rest.includes('--chown=root:root ')),
  'commands are lists, which no shell takes apart': (all) =>
    all.filter(
      ({ word, rest }) => ['RUN', 'CMD', 'ENTRYPOINT', 'SHELL'].includes(word) && !/^\[".*"\]$/.test(rest),
    ),
  'npm starts nothing': (_all, last) =>
    last.filter(({ word, rest }) => ['CMD', 'ENTRYPOINT'].includes(word) && rest.includes('npm')),
  'it runs as somebody else than root': (_all, last) => {
    const users = only(last, 'USER');
    if (users.length === 0) return last.slice(0, 1);
    return users.filter(({ rest }) => !/^[1-9]\d*:[1-9]\d*$/.test(rest));
  },
  'no secret is built in': (all) =>
    all.filter(({ word, rest }) => ['ARG', 'ENV'].includes(word) && /PASSWORD|SECRET|TOKEN|KEY/i.test(rest)),
};

const broken = (text: string): readonly string[] => {
  const all = instructionsOf(text);
  const last = all.slice(all.findLastIndex(({ word }) => word === 'FROM'));
  return Object.entries(RULES).flatMap(([rule, check]) =>
    check(all, last).map(({ word, rest }) => `${rule}: ${word} ${rest}`),
  );
};

const TEXT = readFileSync('Dockerfile', 'utf8');

describe('the rules find', () => {
  const good = 'FROM node:24.1.0-slim\nCOPY --chown=root:root a b\nUSER 1000:1000\nENTRYPOINT ["node"]\n';

  it('nothing in a sound file', () => {
    expect(broken(good)).toEqual([]);
  });

  it.each([
    [/FROM .*/, 'FROM node:24'],
    [/FROM .*/, 'FROM node:latest'],
    [/FROM .*/, 'FROM node:20.1.0-slim'],
    [/COPY .*/, 'ADD https://example.org/a b'],
    [/COPY .*/, 'RUN ["npm", "install"]'],
    [/COPY .*/, 'RUN npm ci'],
    [/COPY .*/, 'COPY a b'],
    [/USER .*/, 'USER root'],
    [/USER .*/, 'USER node'],
    [/USER .*\n/, ''],
    [/ENTRYPOINT .*/, 'ENTRYPOINT node bin/oboro.js'],
    [/ENTRYPOINT .*/, 'CMD ["npm", "start"]'],
    [/COPY .*/, 'ENV NPM_TOKEN=a'],
  ])('what replaces %s by %s', (from, to) => {
    expect(broken(good.replace(from, to))).not.toEqual([]);
  });
});

describe('Dockerfile', () => {
  it('breaks no rule', () => {
    expect(broken(TEXT)).toEqual([]);
  });

  it('has two stages, of one base', () => {
    const bases = only(instructionsOf(TEXT), 'FROM').map(({ rest }) => rest.split(' ')[0]);
    expect(bases).toHaveLength(2);
    expect(new Set(bases).size).toBe(1);
  });

  it('checks its health by a program that is in the image', () => {
    const [check] = only(instructionsOf(TEXT), 'HEALTHCHECK');
    expect(check?.rest).toMatch(/CMD \["node", "deploy\/container\/probe\.mjs"\]$/);
  });

  it('copies what there is, and what .dockerignore lets in', () => {
    const allowed = readFileSync('.dockerignore', 'utf8').split('\n');
    expect(allowed).toContain('*');
    const sources = only(instructionsOf(TEXT), 'COPY')
      .filter(({ rest }) => !rest.includes('--from='))
      .flatMap(({ rest }) => rest.split(' ').filter((word) => !word.startsWith('--')))
      .filter((word) => !word.startsWith('./'));
    expect(sources.length).toBeGreaterThan(8);
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
    expect(sources.filter((source) => !allowed.includes(`!${source}`))).toEqual([]);
  });

  it('lets nothing else in: no state, no output, no history', () => {
    const allowed = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    for (const secret of ['!.oboro', '!.git', '!out', '!dist', '!node_modules', '!test', '!deploy']) {
      expect(allowed).not.toContain(secret);
    }
  });

  it('holds every folder that the package ships', () => {
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: readonly string[] };
    const copied = only(instructionsOf(TEXT), 'COPY').map(({ rest }) => rest.split(' ').at(-1) ?? '');
    const folders = files.filter((file) => !/\.md$/.test(file)).map((file) => file.split('/')[0] ?? '');
    const missing = folders.filter(
      (folder) => !copied.includes(`./${folder}`) && !TEXT.includes(` ${folder} `),
    );
    expect(missing).toEqual([]);
  });
});

describe('deploy/container/vault-key.mjs', () => {
  const run = (...words: readonly string[]): number | null =>
    spawnSync(process.execPath, ['deploy/container/vault-key.mjs', ...words]).status;

  it('G-07 makes a key of 32 bytes for its owner alone, once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oboro-key-'));
    try {
      const file = join(folder, 'vault.key');
      expect(run(file)).toBe(0);
      const key = readFileSync(file);
      expect(key).toHaveLength(32);
      expect(statSync(file).mode & 0o777).toBe(0o400);
      expect(run(file)).toBe(0);
      expect(readFileSync(file).equals(key)).toBe(true);
      expect(run(join(folder, 'no', 'vault.key'))).toBe(73);
      expect(run()).toBe(64);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('deploy/container/probe.mjs', () => {
  const probe = (port: number, ...words: readonly string[]): Promise<number | null> =>
    new Promise((resolve) => {
      const env = { ...process.env, OBORO__METRICS__PORT: String(port) };
      spawn(process.execPath, ['deploy/container/probe.mjs', ...words], { env }).on('exit', resolve);
    });

  it('says what the worker says', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/healthz' ? 200 : 503).end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      expect(await probe(port)).toBe(0);
      expect(await probe(port, '/readyz')).toBe(1);
    } finally {
      server.close();
      server.closeAllConnections();
    }
    expect(await probe(port)).toBe(1);
  });
});
