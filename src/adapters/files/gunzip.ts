/** Inflates gzip piece by piece (RFC 1952, several members too) and delivers all that is readable before a damaged place. */
import type { Gunzip } from 'node:zlib';
import { createGunzip } from 'node:zlib';

const OUTPUT_BYTES = 65_536;

/** `null` comes last and means: the stream ends or breaks in the middle. */
export type CutStream = AsyncGenerator<Buffer | null, void, undefined>;

/**
 * Inflates the pieces of one gzip file. `pieces` opens the file anew at each call: zlib hands out nothing of the
 * write in which it meets damage, so that piece is inflated a second time, byte by byte.
 *
 * Pieces must be small (16 KiB): deflate expands up to 1,032 times, and one piece's output is held at once.
 */
export async function* gunzip(pieces: () => AsyncIterable<Buffer>): CutStream {
  const inflater = new Inflater();
  let delivered = 0;
  let index = 0;
  let running: Promise<readonly Buffer[]> | null = null;
  try {
    for await (const piece of pieces()) {
      const ready: readonly Buffer[] = running === null ? [] : await running;
      if (inflater.state === 'failed') break;
      running = inflater.write(piece);
      index += 1;
      for (const chunk of ready) {
        delivered += chunk.length;
        yield chunk;
      }
    }
    const last: readonly Buffer[] = running === null ? [] : await running;
    for (const chunk of last) {
      delivered += chunk.length;
      yield chunk;
    }
    if (inflater.state === 'open') await inflater.finish();
    if (inflater.state === 'ended') return;
    if (inflater.state === 'failed') yield* readBefore(pieces, index - 1, delivered);
    yield null;
  } finally {
    inflater.close();
  }
}

/** What the damaged piece still gives after the `skip` bytes that were delivered. */
async function* readBefore(pieces: () => AsyncIterable<Buffer>, damaged: number, skip: number): CutStream {
  const inflater = new Inflater();
  let left = skip;
  try {
    for await (const part of finely(pieces(), damaged)) {
      for (const chunk of await inflater.write(part)) {
        const fresh = chunk.subarray(Math.min(left, chunk.length));
        left -= chunk.length - fresh.length;
        yield fresh;
      }
      if (inflater.state !== 'open') return;
    }
  } finally {
    inflater.close();
  }
}

/** The pieces before the damaged one whole, that one byte by byte. */
async function* finely(
  pieces: AsyncIterable<Buffer>,
  damaged: number,
): AsyncGenerator<Buffer, void, undefined> {
  let index = 0;
  for await (const piece of pieces) {
    const step = index < damaged ? piece.length : 1;
    for (let at = 0; at < piece.length; at += step) yield piece.subarray(at, at + step);
    if (index === damaged) return;
    index += 1;
  }
}

/** zlib's stream as one promise a write. */
class Inflater {
  /** `ended`: whole members followed by nothing or by zero padding. `cut`: ended too early. `failed`: damaged. */
  state: 'open' | 'ended' | 'cut' | 'failed' = 'open';
  readonly #zlib: Gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  #output: Buffer[] = [];
  #settle: (() => void) | null = null;

  constructor() {
    // Flowing mode hands every block out before the write is acknowledged, so an error loses only its own write.
    this.#zlib.on('data', (chunk: Buffer) => this.#output.push(chunk));
    this.#zlib.on('end', () => this.#close('ended'));
    this.#zlib.on('error', (error: NodeJS.ErrnoException) => {
      this.#close(error.code === 'Z_BUF_ERROR' ? 'cut' : 'failed');
    });
  }

  /** Inflates a piece, which must stay untouched until then; never rejects. After the end, padding is ignored. */
  write(piece: Buffer): Promise<readonly Buffer[]> {
    if (this.state !== 'open') {
      if (this.state === 'ended' && piece.some((byte) => byte !== 0)) this.state = 'cut';
      return Promise.resolve([]);
    }
    return this.#until((done) => this.#zlib.write(piece, done));
  }

  finish(): Promise<readonly Buffer[]> {
    return this.#until(() => this.#zlib.end());
  }

  close(): void {
    this.#zlib.destroy();
  }

  #until(act: (done: () => void) => void): Promise<readonly Buffer[]> {
    return new Promise((resolve) => {
      this.#settle = () => {
        this.#settle = null;
        resolve(this.#output);
        this.#output = [];
      };
      act(() => this.#settle?.());
    });
  }

  #close(state: 'ended' | 'cut' | 'failed'): void {
    if (this.state === 'open') this.state = state;
    this.#settle?.();
  }
}
