/** Opens input files and reads their bytes in order, inflated where they are gzip. */
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { OboroError } from '../../model/errors.ts';
import type { InputFile } from './discover.ts';
import type { CutStream } from './gunzip.ts';
import { gunzip } from './gunzip.ts';

const PLAIN_BYTES = 262_144;
const GZIP_READ_BYTES = 131_072;
const GZIP_PIECE_BYTES = 16_384;

export interface ByteOptions {
  /** Sees every byte of the file as it lies on disk, once and in order, whatever becomes of its content. */
  readonly onRaw?: ((chunk: Buffer) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The content of a file. A chunk is valid until the next is asked for. A last `null` tells that a gzip file ends or
 * breaks in the middle. Throws INPUT_MISSING when it cannot be opened, INPUT_INVALID when the disk cannot read it,
 * and the signal's reason.
 */
export async function* byteChunks(file: InputFile, options: ByteOptions = {}): CutStream {
  const handle = await openInput(file);
  try {
    if (!file.gz) {
      yield* plain(handle, file, options);
      return;
    }
    const seen = { bytes: 0 };
    yield* gunzip(() => pieces(handle, file, { ...options, onRaw: once(seen, options.onRaw) }));
    // Damage ends the content early, but whoever watches the raw bytes wants all of them.
    if (options.onRaw !== undefined) await drain(plain(handle, file, options, seen.bytes));
  } finally {
    await handle.close();
  }
}

const drain = async (chunks: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of chunks);
};

const openInput = async (file: InputFile): Promise<FileHandle> => {
  try {
    return await open(file.path, 'r');
  } catch (cause) {
    throw new OboroError('INPUT_MISSING', `${file.name}: cannot be opened`, { cause });
  }
};

/** Lets a second reading of the same file pass unseen. */
const once =
  (seen: { bytes: number }, onRaw: ByteOptions['onRaw']) =>
  (chunk: Buffer, at: number): void => {
    if (at < seen.bytes) return;
    seen.bytes += chunk.length;
    onRaw?.(chunk);
  };

async function* plain(
  handle: FileHandle,
  file: InputFile,
  options: ByteOptions,
  from = 0,
): AsyncGenerator<Buffer, void, undefined> {
  const buffer = Buffer.allocUnsafeSlow(PLAIN_BYTES);
  for (let at = from; ;) {
    options.signal?.throwIfAborted();
    const chunk = await readAt(handle, file, buffer, at);
    if (chunk.length === 0) return;
    at += chunk.length;
    options.onRaw?.(chunk);
    yield chunk;
  }
}

interface PieceOptions {
  readonly onRaw: (chunk: Buffer, at: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Small pieces of fresh buffers, for zlib reads them in another thread. */
async function* pieces(
  handle: FileHandle,
  file: InputFile,
  options: PieceOptions,
): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; ;) {
    options.signal?.throwIfAborted();
    const chunk = await readAt(handle, file, Buffer.allocUnsafeSlow(GZIP_READ_BYTES), at);
    if (chunk.length === 0) return;
    options.onRaw(chunk, at);
    at += chunk.length;
    for (let from = 0; from < chunk.length; from += GZIP_PIECE_BYTES) {
      yield chunk.subarray(from, from + GZIP_PIECE_BYTES);
    }
  }
}

const readAt = async (handle: FileHandle, file: InputFile, buffer: Buffer, at: number): Promise<Buffer> => {
  try {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw new OboroError('INPUT_INVALID', `${file.name}: cannot be read from disk`, {
      cause,
      retriable: true,
    });
  }
};
