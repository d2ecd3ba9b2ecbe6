/** Gives each identifier text one RawId object, from a bounded cache, so that a busy device costs one object and not millions. */
import type { IdKind } from '../model/identity.ts';
import { RawId } from '../model/identity.ts';

/** Longest identifier, in UTF-16 units. */
export const MAX_ID_LENGTH = 256;
const DEFAULT_LIMIT = 50_000;
const REPLACEMENT = 0xfffd;

/** As `isIdText`, for text beyond ASCII, by whole characters. */
const isWideIdText = (text: string): boolean => {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f || code === REPLACEMENT) return false;
    if (code >= 0xd800 && code <= 0xdfff) return false;
  }
  return true;
};

/**
 * True for text that may name somebody: 1 to 256 characters without control characters. Lone surrogates are refused
 * because they all become the same bytes in UTF-8, which would make one pseudonym of two people.
 */
export const isIdText = (text: string): boolean => {
  if (text.length === 0 || text.length > MAX_ID_LENGTH) return false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return false;
    if (code > 0x7f) return isWideIdText(text);
  }
  return true;
};

/**
 * Copies a text out of the line it was cut from: V8 keeps the whole parent of a slice alive, and the cache would
 * pin one input chunk per device. Exact, since identifiers have no lone surrogates.
 */
const detached = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** The known identifiers of one kind. */
class IdCache {
  readonly #kind: IdKind;
  readonly #limit: number;
  readonly #known = new Map<string, RawId>();
  #lastText = '';
  #last: RawId | null = null;

  constructor(kind: IdKind, limit: number) {
    this.#kind = kind;
    this.#limit = limit;
  }

  of(text: string): RawId | null {
    if (text === this.#lastText) return this.#last;
    const found = this.#known.get(text) ?? this.#admit(text);
    if (found === null) return null;
    this.#lastText = found.reveal();
    this.#last = found;
    return found;
  }

  clear(): void {
    this.#known.clear();
    this.#lastText = '';
    this.#last = null;
  }

  #admit(text: string): RawId | null {
    if (!isIdText(text)) return null;
    if (this.#known.size >= this.#limit) this.#known.clear();
    const own = detached(text);
    const id = new RawId(this.#kind, own);
    this.#known.set(own, id);
    return id;
  }
}

/**
 * RawId objects by kind and text. Holds raw identifiers in memory: make one per input, and let it go or `clear` it
 * when the input ends.
 */
export class RawIds {
  readonly #caches: Readonly<Record<IdKind, IdCache>>;

  /** `limit`: identifiers held per kind; when it is reached the cache starts afresh. */
  constructor(limit: number = DEFAULT_LIMIT) {
    this.#caches = {
      member: new IdCache('member', limit),
      device: new IdCache('device', limit),
      cookie: new IdCache('cookie', limit),
    };
  }

  /** The RawId of a text, or null when the text is no identifier (see `isIdText`). */
  of(kind: IdKind, text: string): RawId | null {
    return this.#caches[kind].of(text);
  }

  /** The RawId of a text that is known to be an identifier. */
  take(kind: IdKind, text: string): RawId {
    return this.of(kind, text) ?? new RawId(kind, text);
  }

  /** As `take`; absent stays absent. */
  takeOptional(kind: IdKind, text: string | null | undefined): RawId | null {
    return text === null || text === undefined ? null : this.take(kind, text);
  }

  clear(): void {
    for (const cache of Object.values(this.#caches)) cache.clear();
  }
}
