/** A consent as the view keeps it: short JSON without anything that names its subject. */
import type { Consent, Grant } from '../../model/consent.ts';
import { PURPOSES, SOURCES } from '../../model/consent.ts';
import { eventTime } from '../../model/time.ts';

/** Since when a switch is on, and when it was last off. */
type Pair = readonly [number | null, number | null];

interface Held {
  readonly at: number;
  readonly v: number;
  readonly p: readonly Pair[];
  readonly s: readonly Pair[];
  readonly e: number | null;
}

const pairOf = ({ since, lastOffAt }: Grant): Pair => [since, lastOffAt];

export const consentText = (consent: Consent): string =>
  JSON.stringify({
    at: consent.at,
    v: consent.policyVersion,
    p: PURPOSES.map((purpose) => pairOf(consent.purposes[purpose])),
    s: SOURCES.map((source) => pairOf(consent.sources[source])),
    e: consent.erasedAt,
  } satisfies Held);

const isTime = (value: unknown): value is number | null => value === null || Number.isSafeInteger(value);

const arePairs = (value: unknown, count: number): value is readonly Pair[] =>
  Array.isArray(value) &&
  value.length === count &&
  value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isTime));

const isHeld = (value: unknown): value is Held => {
  if (typeof value !== 'object' || value === null) return false;
  const { at, v, p, s, e } = value as Readonly<Record<string, unknown>>;
  const isWhole = Number.isSafeInteger(at) && Number.isSafeInteger(v) && isTime(e);
  return isWhole && arePairs(p, PURPOSES.length) && arePairs(s, SOURCES.length);
};

const timeOrNull = (ms: number | null) => (ms === null ? null : eventTime(ms));

const grants = <K extends string>(names: readonly K[], pairs: readonly Pair[]): Record<K, Grant> =>
  Object.fromEntries(
    names.map((name, i) => {
      const [since, lastOffAt] = pairs[i] ?? [null, null];
      return [name, { since: timeOrNull(since), lastOffAt: timeOrNull(lastOffAt) }];
    }),
  ) as Record<K, Grant>;

/** Null for text of another form, as another version of the product may have left. */
export const readConsentText = (text: string): Consent | null => {
  let held: unknown;
  try {
    held = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isHeld(held)) return null;
  return {
    at: eventTime(held.at),
    policyVersion: held.v,
    purposes: grants(PURPOSES, held.p),
    sources: grants(SOURCES, held.s),
    erasedAt: timeOrNull(held.e),
  };
};
