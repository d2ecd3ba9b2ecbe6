/**
 * Preloaded into a worker under test (node --import): at a named request to a broker, in front of it or after its
 * answer, the process kills, freezes, blocks or delays itself. The program is untouched; only the requests of kafkajs
 * are wrapped. Two more settings undo a guarantee on purpose, to prove that the oracle would see it.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import Module from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

/** Read once, so that no process started by this one has them. */
const { FAULT_POINTS = '[]', FAULT_RANDOM_IDS = '', FAULT_STOCK_READER = '' } = process.env;
const points = JSON.parse(FAULT_POINTS).map((point) => ({
  ...point,
  about: new RegExp(point.about ?? ''),
  left: point.nth ?? 1,
}));

const CALLS = ['initProducerId', 'addPartitionsToTxn', 'produce', 'endTxn', 'fetch'];

/** What a request is about: the transactional identifier, or the topics. */
const subjectOf = ({ transactionalId, topics }) =>
  transactionalId ?? [...new Set((topics ?? []).map(({ topic }) => topic))].join(',');

const acts = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  freeze: () => process.kill(process.pid, 'SIGSTOP'),
  term: () => process.kill(process.pid, 'SIGTERM'),
  block: ({ ms }) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  delay: ({ ms }) => pause(ms),
};

const say = (event, fields) => writeSync(2, `${JSON.stringify({ event, ...fields })}\n`);

const meet = async (call, when, about) => {
  for (const point of points) {
    if (point.call !== call || point.when !== when || !point.about.test(about)) continue;
    point.left -= 1;
    if (point.every === true ? point.left > 0 : point.left !== 0) continue;
    if (point.every !== true) say('fault_point', { call, when, about });
    await acts[point.act](point);
    point.isOver = true;
  }
};

/** After the first commit that follows a point which the process survived. */
const tellOver = (about) => {
  for (const point of points) {
    if (point.isOver !== true || point.every === true || !point.about.test(about)) continue;
    point.isOver = false;
    say('committed_after_fault', { about });
  }
};

const wrapBroker = (Broker) => {
  for (const call of CALLS) {
    const real = Broker.prototype[call];
    Broker.prototype[call] = async function (request) {
      const about = subjectOf(request);
      await meet(call, 'before', about);
      const answer = await real.call(this, request);
      await meet(call, 'after', about);
      if (call === 'endTxn') tellOver(about);
      return answer;
    };
  }
  return Broker;
};

/** Nobody fences a writer whose name nobody else has. */
const randomIds = (makeProducer) => (options) => {
  const { transactionalId: id } = options;
  return makeProducer(id === undefined ? options : { ...options, transactionalId: `${id}.${randomUUID()}` });
};

const atLoad = [['kafkajs/src/broker/index.js', wrapBroker]];
if (FAULT_RANDOM_IDS !== '') atLoad.push(['kafkajs/src/producer/index.js', randomIds]);

const FILTER = 'kafkajs/src/consumer/filterAbortedMessages.js';
const BATCH = 'kafkajs/src/consumer/batch.js';
let stockFilter = null;

/** Puts the filter of kafkajs back before the part that uses it is loaded; the mark of the hardening stays on it. */
const unharden = (load) => {
  const path = Object.keys(load).find((name) => name.endsWith(FILTER));
  const { exports: hardened } = load[path];
  for (const mark of Object.getOwnPropertySymbols(hardened)) stockFilter[mark] = hardened[mark];
  load[path].exports = stockFilter;
};

const real = Module._extensions['.js'];
Module._extensions['.js'] = (module, filename) => {
  if (FAULT_STOCK_READER !== '' && filename.endsWith(BATCH)) unharden(Module._cache);
  real(module, filename);
  if (filename.endsWith(FILTER)) stockFilter = module.exports;
  for (const [path, change] of atLoad) {
    if (filename.endsWith(path)) module.exports = change(module.exports);
  }
};
