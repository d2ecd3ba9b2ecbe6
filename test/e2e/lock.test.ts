import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killedAt, oboro, scratchFolder, signalWhen, start, stepsNoted, until } from '../support/cli.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';

const scratch = scratchFolder();
const at = (...parts: readonly string[]): string => join(scratch.path, ...parts);
const INPUT = at('input');
const CONFIG = at('config.yaml');

const runArgs = (out: string): readonly string[] => [
  ...['run', '--input', INPUT, '--out', out, '--config', CONFIG],
];

beforeAll(() => {
  smallCity(INPUT, 20);
  writeConfig(CONFIG, { vault: at('no-vault') });
});

afterAll(scratch.remove);

describe.concurrent('two processes on one output folder', () => {
  it('the second gives up with exit code 75 and leaves the first alone', async () => {
    const out = at('shared');
    const lock = join(out, '.oboro', 'lock');
    const holder = start([...runArgs(out), '--follow']);
    await until(holder, () => existsSync(lock) && readFileSync(lock, 'utf8') !== '');
    for (const _ of [1, 2]) {
      const refused = await oboro(runArgs(out));
      expect(refused).toMatchObject({ code: 75, stdout: '' });
      expect(refused.stderr).toContain('OUTPUT_BUSY');
      expect(readFileSync(lock, 'utf8')).toBe(String(holder.pid));
    }
    const isOpen = () => existsSync(join(out, 'ledger.jsonl'));
    expect(await signalWhen(holder, isOpen, 'SIGTERM')).toMatchObject({ code: 0 });
  });

  it('only one gets in, also when the first is held up while it takes the lock', async () => {
    const [out, log] = [at('held-up'), at('held-up.log')];
    const heldUp = killedAt(out, { step: /^writeFile .*lock/, signal: 'SIGSTOP' });
    const first = start(runArgs(out), { env: { ...heldUp, ...stepsNoted(out, log) } });
    await until(first, () => existsSync(log) && /^writeFile .*lock/m.test(readFileSync(log, 'utf8')));
    const second = start([...runArgs(out), '--follow']);
    const isIn = () => existsSync(join(out, '.oboro', 'checkpoint'));
    expect(await until(second, isIn), second.said().stderr).toBe(true);
    first.kill('SIGCONT');
    expect(await first.ended).toMatchObject({ code: 75, stdout: '' });
    second.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ code: 0 });
  });

  it('the lock of a process that was killed is taken over', async () => {
    const out = at('orphan');
    const killed = start([...runArgs(out), '--follow']);
    await signalWhen(killed, () => existsSync(join(out, '.oboro', 'checkpoint')), 'SIGKILL');
    expect(existsSync(join(out, '.oboro', 'lock'))).toBe(true);
    const second = start([...runArgs(out), '--follow']);
    const lock = join(out, '.oboro', 'lock');
    const isTaken = () => existsSync(lock) && readFileSync(lock, 'utf8') === String(second.pid);
    expect(await signalWhen(second, isTaken, 'SIGTERM')).toMatchObject({ code: 0 });
  });
});
