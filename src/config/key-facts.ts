/** Builders of one configuration key each: its check, its default, and the words that errors and the reference show. */
import { z } from 'zod';
import { DURATION_PATTERN, durationMs, parseDuration } from './duration.ts';

/** What a person needs to know of a key beside its name and default. */
export interface KeyFacts {
  /** One sentence. */
  readonly meaning: string;
  /** What a value must be, in words that complete "expected …". */
  readonly expected: string;
  /** Null when the value is no quantity. */
  readonly unit: string | null;
  /** How an environment variable's text becomes a value: true takes it as it is, false reads it as YAML. */
  readonly text: boolean;
  /** Never printed; may also come from the file that `<VARIABLE>_FILE` names. */
  readonly secret: boolean;
}

/** The facts of every key, by its schema. */
export const keyFacts = z.registry<KeyFacts>();

type Range = readonly [min: number, max: number];

/** What the schema table says of a key: its default, its meaning, and the unit of a plain number. */
interface Words<T> {
  readonly by: T;
  readonly meaning: string;
  readonly unit?: string;
}

type Told = Pick<KeyFacts, 'meaning' | 'expected'> & Partial<KeyFacts>;

/** Ties facts to a finished schema: every key goes through here, so none can be without words. */
const told = <S extends z.ZodType>(schema: S, facts: Told): S => {
  const named = schema.describe(facts.meaning);
  keyFacts.add(named, { unit: null, text: false, secret: false, ...facts });
  return named;
};

const between = ([min, max]: Range): string => `from ${String(min)} to ${String(max)}`;

export const whole = (range: Range, { by, meaning, unit = 'count' }: Words<number>) =>
  told(z.int().min(range[0]).max(range[1]).default(by), {
    meaning,
    unit,
    expected: `a whole number ${between(range)}`,
  });

/** A whole number, or null where there is none. */
export const wholeOrNull = (range: Range, { by, meaning, unit = 'count' }: Words<null>) =>
  told(z.int().min(range[0]).max(range[1]).nullable().default(by), {
    meaning,
    unit,
    expected: `a whole number ${between(range)}, or null`,
  });

export const decimal = (range: Range, { by, meaning, unit = 'share' }: Words<number>) =>
  told(z.number().min(range[0]).max(range[1]).default(by), {
    meaning,
    unit,
    expected: `a number ${between(range)}`,
  });

const durationText = (range: readonly [min: string, max: string]) => {
  const [min, max] = [durationMs(range[0]), durationMs(range[1])];
  const fits = (text: string): boolean => {
    const ms = parseDuration(text);
    return ms !== null && ms >= min && ms <= max;
  };
  return z.string().regex(DURATION_PATTERN, { abort: true }).refine(fits);
};

export const duration = (range: readonly [min: string, max: string], { by, meaning }: Words<string>) =>
  told(durationText(range).default(by), {
    meaning,
    text: true,
    expected: `a duration such as ${by}, from ${range[0]} to ${range[1]}`,
  });

export const durations = (
  range: readonly [min: string, max: string],
  { by, meaning }: Words<readonly string[]>,
) =>
  told(
    z
      .array(durationText(range))
      .min(1)
      .default([...by]),
    {
      meaning,
      expected: `a list of ascending durations such as [${by.join(', ')}], from ${range[0]} to ${range[1]}`,
    },
  );

export const wholes = (range: Range, { by, meaning, unit = 'count' }: Words<readonly number[]>) =>
  told(
    z
      .array(z.int().min(range[0]).max(range[1]))
      .min(1)
      .default([...by]),
    {
      meaning,
      unit,
      expected: `a list of whole numbers ${between(range)}`,
    },
  );

/** A list of whole numbers, or null where another key stands in for it. */
export const wholesOrNull = (range: Range, { by, meaning, unit = 'count' }: Words<null>) =>
  told(z.array(z.int().min(range[0]).max(range[1])).min(1).nullable().default(by), {
    meaning,
    unit,
    expected: `a list of whole numbers ${between(range)}, or null`,
  });

export const choice = <const V extends readonly [string, ...string[]]>(
  values: V,
  { by, meaning }: Words<NoInfer<V[number]>>,
) =>
  told(z.enum(values).default(by as z.core.util.NoUndefined<V[number]>), {
    meaning,
    text: true,
    expected: `one of ${values.join(', ')}`,
  });

export const onOff = ({ by, meaning }: Words<boolean>) =>
  told(z.boolean().default(by), { meaning, expected: 'true or false' });

const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

export const zone = ({ by, meaning }: Words<string>) =>
  told(z.string().refine(isZone).default(by), {
    meaning,
    text: true,
    expected: 'the name of an IANA time zone such as Europe/Paris',
  });

export const path = ({ by, meaning }: Words<string>) =>
  told(z.string().min(1).default(by), { meaning, text: true, expected: 'a path' });

export const pathOrNull = ({ by, meaning }: Words<null>) =>
  told(z.string().min(1).nullable().default(by), { meaning, text: true, expected: 'a path, or null' });

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** A part of identifiers that others join with dots: so it has none itself, and no two joined names can be alike. */
export const name = ({ by, meaning }: Words<string>) =>
  told(z.string().regex(NAME).default(by), {
    meaning,
    text: true,
    expected: 'a name of up to 64 letters, digits, dashes and underscores',
  });

const PRINTABLE = /^[\x21-\x7e]{1,128}$/;

/** A text without blanks, or null where there is none. */
export const wordOrNull = ({ by, meaning }: Words<null>) =>
  told(z.string().regex(PRINTABLE).nullable().default(by), {
    meaning,
    text: true,
    expected: 'up to 128 printable characters without blanks, or null',
  });

export const word = ({ by, meaning }: Words<string>) =>
  told(z.string().regex(PRINTABLE).default(by), {
    meaning,
    text: true,
    expected: 'up to 128 printable characters without blanks',
  });

export const secret = ({ by, meaning }: Words<null>) =>
  told(z.string().min(1).nullable().default(by), {
    meaning,
    text: true,
    secret: true,
    expected: 'a text, or null',
  });

const HOST_PORT = /^[A-Za-z0-9._-]+:\d{1,5}$/;

export const hosts = ({ by, meaning }: Words<readonly string[]>) =>
  told(
    z
      .array(z.string().regex(HOST_PORT))
      .min(1)
      .default([...by]),
    { meaning, expected: `a list of host:port such as [${by.join(', ')}]` },
  );

const HTTP_URL = /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#@]*)?$/;

const isUrl = (text: string): boolean => URL.canParse(text);

/** An address without credentials in it: those have keys of their own. */
export const url = ({ by, meaning }: Words<string>) =>
  told(z.string().regex(HTTP_URL, { abort: true }).refine(isUrl).default(by), {
    meaning,
    text: true,
    expected: 'an http or https address without user, query or fragment',
  });

/**
 * A group of keys; may be left out, and unknown keys in it are refused. Every key has a default, so the empty
 * mapping is always accepted: the cast says what the type of a generic shape cannot.
 */
export const section = <S extends z.ZodRawShape>(meaning: string, shape: S) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .describe(meaning);
