/** Free ports and single question-and-answer exchanges over TCP, for probes. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/**
 * Below the range from which the kernel takes ports for outgoing connections: otherwise one of those may hold the
 * port of a stopped service, or a client that tries again and again may connect to itself.
 */
const [FIRST_PORT, END_PORT] = [15_000, 32_000];

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  const outcome = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => resolve(true));
  });
  if (outcome) {
    server.close();
    await once(server, 'close');
  }
  return outcome;
};

/** A port nobody listens on just now. */
export const freePort = async (): Promise<number> => {
  const port = randomInt(FIRST_PORT, END_PORT);
  return (await isFree(port)) ? port : freePort();
};

export const freePorts = async (count: number): Promise<readonly number[]> => {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
};

const ANSWER_WITHIN_MS = 5_000;

/** Sends bytes to `host:port` and resolves with what came back as soon as `isEnough` says so. */
export const ask = async (
  address: string,
  question: Buffer,
  isEnough: (answer: Buffer) => boolean,
): Promise<Buffer> => {
  const colon = address.lastIndexOf(':');
  const socket = connect(Number(address.slice(colon + 1)), address.slice(0, colon));
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      let answer = Buffer.alloc(0);
      socket.setTimeout(ANSWER_WITHIN_MS, () => reject(new Error('no answer')));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
      socket.on('data', (chunk: Buffer) => {
        answer = Buffer.concat([answer, chunk]);
        if (isEnough(answer)) resolve(answer);
      });
      socket.write(question);
    });
  } finally {
    socket.destroy();
  }
};
