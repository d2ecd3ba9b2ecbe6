/**
 * Preloaded into a run under test (node --import): notes every step by which the process changes a file under one
 * folder, and sends the process a signal in front of the step it is told, or in the middle of its writing. The
 * program itself is untouched; only Node's own file functions are wrapped.
 */
import { appendFileSync, writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const { KILL_UNDER = '', KILL_LOG = '', KILL_STEP = '', KILL_NTH = '1' } = process.env;
const { KILL_TORN = '', KILL_SIGNAL = 'SIGKILL' } = process.env;
/** An empty KILL_STEP is never reached; KILL_NTH counts the steps that match it. */
const awaited = KILL_STEP === '' ? null : new RegExp(KILL_STEP);
const paths = new WeakMap();
let left = Number(KILL_NTH);

/** Half of what was to be written, as a kill in the middle of a write leaves it. */
const half = (data) => {
  const bytes = Buffer.from(data);
  return bytes.subarray(0, Math.floor(bytes.length / 2));
};

const step = (action, path, tear) => {
  if (!String(path).startsWith(KILL_UNDER)) return;
  const name = `${action} ${basename(String(path))}`;
  if (KILL_LOG !== '') appendFileSync(KILL_LOG, `${name}\n`);
  if (awaited === null || !awaited.test(name)) return;
  left -= 1;
  if (left !== 0) return;
  if (KILL_TORN !== '') tear?.();
  process.kill(process.pid, KILL_SIGNAL);
};

for (const action of ['rename', 'rm', 'unlink', 'mkdir', 'writeFile']) {
  const real = fs[action];
  fs[action] = (path, ...more) => {
    step(action, path);
    return real(path, ...more);
  };
}

const realOpen = fs.open;
const probe = await realOpen(process.execPath, 'r');
const prototype = Object.getPrototypeOf(probe);
await probe.close();

fs.open = async (path, flags, ...more) => {
  if (typeof flags === 'string' && flags !== 'r') step(`open(${flags})`, path);
  const handle = await realOpen(path, flags, ...more);
  paths.set(handle, String(path));
  return handle;
};

for (const action of ['appendFile', 'writeFile', 'truncate', 'write', 'sync', 'datasync']) {
  const real = prototype[action];
  prototype[action] = function (data, ...more) {
    const isText = typeof data === 'string' || ArrayBuffer.isView(data);
    step(action, paths.get(this) ?? '', () => {
      if (isText && action !== 'write') writeSync(this.fd, half(data));
    });
    return real.call(this, data, ...more);
  };
}

syncBuiltinESMExports();
