/** Walks an Avro value without building it, so that no count or length in it can ask for more than its bytes hold. */
import type avro from 'avsc';

/** Deepest nesting of a value; schemas may refer to themselves. */
const MAX_DEPTH = 64;
/** A varint of a long has at most this many bytes (Avro specification, binary encoding). */
const MAX_VARINT = 10;

/** A place in a buffer; it goes past the end, for good, as soon as something does not fit. */
class Walk {
  readonly #bytes: Uint8Array;
  at = 0;
  depth = 0;
  /** Items that may still come: no value holds more of them than bytes, except by items that take none. */
  items: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.items = bytes.length;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  /** Ends the walk as failed. */
  fail(): void {
    this.at = this.#bytes.length + 1;
  }

  skip(length: number): void {
    if (!(length >= 0 && length <= this.left)) this.fail();
    else this.at += length;
  }

  /** A zig-zag varint; inexact beyond 2^53, where no count or length can lie. */
  long(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT; i += 1) {
      const byte = this.#bytes[this.at];
      this.at += 1;
      if (byte === undefined) break;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    this.fail();
    return 0;
  }
}

type Step = (walk: Walk) => void;

const NOTHING: Step = () => undefined;
const FAIL: Step = (walk) => walk.fail();
const between =
  (least: number, most: number): Step =>
  (walk) => {
    const value = walk.long();
    if (value < least || value > most) walk.fail();
  };
const INT_LIMIT = 2 ** 31;
/** Zig-zag doubles a number, so from 2^52 on avsc may return a neighbour of what was written. */
const EXACT_LIMIT = 2 ** 52;
const fixed =
  (length: number): Step =>
  (walk) =>
    walk.skip(length);
const bytes: Step = (walk) => walk.skip(walk.long());

const PRIMITIVE: ReadonlyMap<string, Step> = new Map([
  ['null', NOTHING],
  ['boolean', fixed(1)],
  ['int', between(-INT_LIMIT, INT_LIMIT - 1)],
  ['long', between(1 - EXACT_LIMIT, EXACT_LIMIT - 1)],
  ['float', fixed(4)],
  ['double', fixed(8)],
  ['bytes', bytes],
  ['string', bytes],
]);

/** One block of an array or map; a negative count is followed by the size of the block in bytes. */
const block = (item: Step, walk: Walk, written: number): void => {
  const size = written < 0 ? walk.long() : null;
  const count = Math.abs(written);
  walk.items -= count;
  if (walk.items < 0 || (size !== null && !(size >= 0 && size <= walk.left))) {
    walk.fail();
    return;
  }
  const start = walk.at;
  for (let i = 0; i < count && walk.left >= 0; i += 1) item(walk);
  // A reader that skips the block by its size must end where one that reads its items ends.
  if (size !== null && walk.at !== start + size) walk.fail();
};

const blocks =
  (item: Step): Step =>
  (walk) => {
    for (let count = walk.long(); count !== 0 && walk.left >= 0; count = walk.long())
      block(item, walk, count);
  };

const deeper =
  (step: Step): Step =>
  (walk) => {
    walk.depth += 1;
    if (walk.depth > MAX_DEPTH) walk.fail();
    else step(walk);
    walk.depth -= 1;
  };

const all =
  (steps: readonly Step[]): Step =>
  (walk) => {
    for (const step of steps) {
      if (walk.left < 0) return;
      step(walk);
    }
  };

const oneOf =
  (steps: readonly Step[]): Step =>
  (walk) =>
    (steps[walk.long()] ?? FAIL)(walk);

/** A type of avsc as far as it is walked; its own typings leave these out. */
interface AnyType {
  readonly typeName: string;
  readonly size?: number;
  readonly symbols?: readonly string[];
  readonly itemsType?: AnyType;
  readonly valuesType?: AnyType;
  readonly underlyingType?: AnyType;
  readonly types?: readonly AnyType[];
  readonly fields?: readonly { readonly type: AnyType }[];
}

/** Compiles types into steps; a type that is met inside itself is looked up when it is walked. */
class Compiler {
  readonly #steps = new Map<AnyType, Step>();

  step(type: AnyType): Step {
    const known = this.#steps.get(type);
    if (known !== undefined) return known;
    this.#steps.set(type, (walk) => (this.#steps.get(type) ?? FAIL)(walk));
    const made = this.#make(type);
    this.#steps.set(type, made);
    return made;
  }

  #make(type: AnyType): Step {
    const primitive = PRIMITIVE.get(type.typeName);
    if (primitive !== undefined) return primitive;
    if (type.fields !== undefined) return deeper(all(type.fields.map((field) => this.step(field.type))));
    if (type.types !== undefined) return oneOf(type.types.map((branch) => this.step(branch)));
    if (type.symbols !== undefined) return oneOf(type.symbols.map(() => NOTHING));
    if (type.itemsType !== undefined) return deeper(blocks(this.step(type.itemsType)));
    if (type.valuesType !== undefined) return deeper(blocks(all([bytes, this.step(type.valuesType)])));
    if (type.underlyingType !== undefined) return this.step(type.underlyingType);
    return type.typeName === 'fixed' && type.size !== undefined ? fixed(type.size) : FAIL;
  }
}

/**
 * A check for values written with a type: true when the value ends exactly with its bytes, every count and length
 * fits, every whole number is exact, and every union branch and enum symbol exists. avsc has no such limits: five bytes that announce 3·10^8 items
 * end a process (AVRO-3819 is the like of it in Java).
 */
export const avroGuard = (type: avro.Type): ((value: Uint8Array) => boolean) => {
  const step = new Compiler().step(type);
  return (value) => {
    const walk = new Walk(value);
    step(walk);
    return walk.left === 0;
  };
};
