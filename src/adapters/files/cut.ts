/** Cuts a stream of bytes into lines without making strings: BOM, CR, over-long lines, headers and empty lines are settled here. */
import { isAscii } from 'node:buffer';
import type { Quarantine } from '../../flow/outcome.ts';
import { quarantine } from '../../flow/outcome.ts';

const MAX_LINE_BYTES = 65_536;
const LF = 10;
const CR = 13;

/** A line, or a whole file, that cannot be handed on as text. */
export interface LineFault {
  readonly outcome: Quarantine;
  /** Bytes of the line as far as they were seen. */
  readonly byteCount: number;
}

/** The bytes that a line lies in. They are overwritten after the call. */
export interface Cut {
  readonly bytes: Buffer;
  /** True when all of them are below 128, so that the faster of two decodings may be taken. */
  readonly ascii: boolean;
}

/** Where lines go. Line numbers are physical (from 1); empty lines count but are not delivered. */
export interface LineSink {
  readonly line: (cut: Cut, start: number, end: number, line: number) => void;
  readonly fault: (line: number, fault: LineFault) => void;
}

export interface CutOptions {
  /** Longest line accepted, without its line end. */
  readonly maxLineBytes?: number | undefined;
  /** The first line that is not empty names columns and is not delivered. */
  readonly header?: boolean | undefined;
  /** Lines before the first byte, when reading starts inside the file. */
  readonly linesBefore?: number | undefined;
}

/** The text of a line; bytes that are not UTF-8 become U+FFFD. A string of its own: it does not keep the chunk alive. */
export const textOf = (cut: Cut, start: number, end: number): string =>
  cut.bytes.toString(cut.ascii ? 'latin1' : 'utf8', start, end);

/** Feeds a sink with lines, whatever the chunks. Holds at most one chunk and one accepted line. */
export class LineCutter {
  /** Number of the last line that is complete. */
  lines: number;
  /** Bytes up to the end of the last complete line. */
  bytes = 0;
  readonly #sink: LineSink;
  readonly #max: number;
  #headerDue: boolean;
  #window = Buffer.allocUnsafeSlow(0);
  /** Bytes of the unfinished line at the front of the window. */
  #kept = 0;
  /** Bytes of the unfinished line that were thrown away, and the last of them. */
  #discarded = 0;
  #lastDiscarded = 0;
  #begun = false;
  #stopped = false;

  constructor(sink: LineSink, options: CutOptions = {}) {
    this.#sink = sink;
    this.#max = options.maxLineBytes ?? MAX_LINE_BYTES;
    this.#headerDue = options.header ?? false;
    this.lines = options.linesBefore ?? 0;
    this.#begun = this.lines > 0;
  }

  push(chunk: Buffer): void {
    if (this.#stopped) return;
    const fresh = this.#kept;
    this.#append(chunk);
    if (!this.#begun && !this.#begin(false)) return;
    this.#cutUpTo(fresh);
  }

  /** Delivers the last line, which has no line end. */
  end(): void {
    if (this.#stopped || !this.#settleStart()) return;
    if (this.#kept + this.#discarded === 0) return;
    const cut = this.#cut(this.#kept);
    this.#finish(cut, 0, this.#kept);
    this.#kept = 0;
  }

  /** Tells that the content breaks off: the line begun, or the one that would follow, is the fault. */
  cutShort(): void {
    if (this.#stopped || !this.#settleStart()) return;
    this.#stopped = true;
    const byteCount = this.#kept + this.#discarded;
    this.#sink.fault(this.lines + 1, { outcome: TRUNCATED, byteCount });
  }

  /** Cuts the first bytes when so few came that they were held for the byte order mark. False when it is not UTF-8. */
  #settleStart(): boolean {
    if (this.#begun) return true;
    if (!this.#begin(true)) return false;
    this.#cutUpTo(0);
    return true;
  }

  #append(chunk: Buffer): void {
    const size = this.#kept + chunk.length;
    if (size > this.#window.length) {
      const grown = Buffer.allocUnsafeSlow(size + Math.min(this.#max, size));
      this.#window.copy(grown, 0, 0, this.#kept);
      this.#window = grown;
    }
    chunk.copy(this.#window, this.#kept);
    this.#kept = size;
  }

  /** Looks for a byte order mark. False while too few bytes have come, or when the file is not UTF-8 at all. */
  #begin(ended: boolean): boolean {
    const head = this.#window.subarray(0, Math.min(this.#kept, 3));
    if (isUtf16(head)) {
      this.#stopped = true;
      this.#sink.fault(1, { outcome: UTF16, byteCount: this.#kept });
      return false;
    }
    if (!ended && mayBecomeMark(head)) return false;
    this.#begun = true;
    if (head.equals(UTF8_MARK)) {
      this.#drop(head.length);
      this.bytes = head.length;
    }
    return true;
  }

  #cutUpTo(fresh: number): void {
    const view = this.#window.subarray(0, this.#kept);
    // The bytes kept from before hold no line end, except while the first bytes were held for the byte order mark.
    let at = view.indexOf(LF, this.lines === 0 ? 0 : Math.min(fresh, view.length));
    if (at < 0) {
      this.#discardLong();
      return;
    }
    const cut = this.#cut(this.#kept);
    let start = 0;
    while (at >= 0) {
      this.bytes += this.#discarded + at + 1 - start;
      this.#finish(cut, start, at);
      start = at + 1;
      at = view.indexOf(LF, start);
    }
    this.#drop(start);
    this.#discardLong();
  }

  #finish(cut: Cut, start: number, lineEnd: number): void {
    const line = (this.lines += 1);
    let end = lineEnd;
    const discarded = this.#discarded;
    if (discarded > 0) {
      this.#discarded = 0;
      const last = end > start ? cut.bytes[end - 1] : this.#lastDiscarded;
      const byteCount = discarded + end - start - (last === CR ? 1 : 0);
      this.#tooLarge(line, byteCount);
      return;
    }
    if (end > start && cut.bytes[end - 1] === CR) end -= 1;
    if (end === start) return;
    if (end - start > this.#max) this.#tooLarge(line, end - start);
    else if (this.#headerDue) this.#headerDue = false;
    else this.#sink.line(cut, start, end, line);
  }

  #tooLarge(line: number, byteCount: number): void {
    this.#headerDue = false;
    this.#sink.fault(line, {
      outcome: quarantine('too_large', null, `at most ${String(this.#max)} bytes a line`),
      byteCount,
    });
  }

  /** Lets go of an unfinished line that is already too long; one byte more may still be its CR. */
  #discardLong(): void {
    if (this.#discarded === 0 && this.#kept <= this.#max + 1) return;
    if (this.#kept === 0) return;
    this.#discarded += this.#kept;
    this.#lastDiscarded = this.#window[this.#kept - 1] ?? 0;
    this.#kept = 0;
  }

  #drop(count: number): void {
    this.#window.copyWithin(0, count, this.#kept);
    this.#kept -= count;
  }

  #cut(length: number): Cut {
    return { bytes: this.#window, ascii: isAscii(this.#window.subarray(0, length)) };
  }
}

const TRUNCATED = quarantine('truncated', null, 'a gzip file that is whole');
const UTF16 = quarantine('bad_encoding', null, 'UTF-8, not UTF-16');

const UTF8_MARK = Buffer.of(0xef, 0xbb, 0xbf);

/** Byte order marks of UTF-16, either way round (RFC 2781). */
const isUtf16 = (head: Buffer): boolean =>
  (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);

const mayBecomeMark = (head: Buffer): boolean =>
  (head.length < 3 && UTF8_MARK.subarray(0, head.length).equals(head)) ||
  (head.length === 1 && (head[0] === 0xff || head[0] === 0xfe));
