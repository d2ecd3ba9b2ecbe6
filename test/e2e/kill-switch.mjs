/**
 * Preloaded into a run under test (node --import): numbers every step by which the process changes a file under one
 * folder, notes each, and kills the process with SIGKILL in front of the step it is told, or in the middle of its
 * writing. The program itself is untouched; only Node's own file functions are wrapped.
 */
import { appendFileSync, writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const { KILL_UNDER = '', KILL_LOG = '', KILL_AT = '0', KILL_TORN = '' } = process.env;
const killAt = Number(KILL_AT);
const paths = new WeakMap();
let steps = 0;

const die = () => process.kill(process.pid, 'SIGKILL');

/** Half of what was to be written, as a kill in the middle of a write leaves it. */
const half = (data) => {
  const bytes = Buffer.from(data);
  return bytes.subarray(0, Math.floor(bytes.length / 2));
};

const step = (action, path, tear) => {
  if (!String(path).startsWith(KILL_UNDER)) return;
  steps += 1;
  if (KILL_LOG !== '') appendFileSync(KILL_LOG, `${action} ${basename(String(path))}\n`);
  if (steps !== killAt) return;
  if (KILL_TORN !== '') tear?.();
  die();
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
