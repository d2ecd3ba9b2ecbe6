/** A file that only grows: lines are buffered and flushed at commits; a restart cuts it back to the last committed length. */
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/** Buffered lines beyond this are written early; they count only once committed. */
const FLUSH_AT_CHARS = 1_000_000;

export class AppendFile {
  readonly #handle: FileHandle;
  #length: number;
  #chunks: string[] = [];
  #buffered = 0;

  private constructor(handle: FileHandle, length: number) {
    this.#handle = handle;
    this.#length = length;
  }

  /** Opens or makes the file and cuts it to `length` bytes. */
  static async open(path: string, length: number): Promise<AppendFile> {
    const handle = await open(path, 'a+', 0o600);
    await handle.truncate(length);
    return new AppendFile(handle, length);
  }

  /** Bytes written so far, without what is still buffered. */
  get length(): number {
    return this.#length;
  }

  line(text: string): void {
    this.#chunks.push(text, '\n');
    this.#buffered += text.length + 1;
  }

  /** True when a flush should not wait for the next commit. */
  get full(): boolean {
    return this.#buffered >= FLUSH_AT_CHARS;
  }

  async flush(): Promise<void> {
    if (this.#chunks.length === 0) return;
    const bytes = Buffer.from(this.#chunks.join(''), 'utf8');
    this.#chunks = [];
    this.#buffered = 0;
    await this.#handle.appendFile(bytes);
    this.#length += bytes.length;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle.close();
  }
}
