/** Folds a subject's consent and erasure records into what must be known to serve an event, and answers since when it is served. */
import type { Consent, Grant, Purpose, Source } from '../model/consent.ts';
import { PURPOSES, SOURCES } from '../model/consent.ts';
import type { ConsentPolicy } from '../model/policy.ts';
import type { RawConsent, RawErasure } from '../model/raw.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';

/** From `since` to the next run the subject's records named this policy version. */
export interface VersionRun {
  /** Null when it is not known any more; no purpose accepts that. */
  readonly version: number | null;
  readonly since: EventTime;
}

/**
 * A consent with the policy versions it went through, oldest first. They are kept because a grant under a version
 * that is not accepted is no grant: agreeing to a newer version must not reach back to it.
 */
export interface SubjectConsent extends Consent {
  readonly versions: readonly VersionRun[];
}

/** Runs kept per subject; older ones become unknown, which only refuses more. */
const MAX_RUNS = 16;
const NOT_KNOWN: VersionRun = { version: null, since: eventTime(Number.MIN_SAFE_INTEGER) };

/**
 * The subject's consent after one more record. Records count in the order (atMs, arrival). A record that comes after
 * a newer one gives the same result where the kept facts allow it, and a later `since` where they do not: the fold
 * errs towards refusing only.
 *
 * @guarantee G-01
 */
export const foldConsent = (current: SubjectConsent | null, record: RawConsent): SubjectConsent => {
  if (current === null) return firstConsent(record);
  const isNewest = record.at >= current.at && !isErased(current, record.at);
  return isNewest ? withNewest(current, record) : withLate(current, record);
};

/**
 * The subject's consent after an erasure: every grant ends at its time. Within one millisecond an erasure counts as
 * after every consent record, since the two come on different topics without an order between them.
 *
 * @guarantee G-04
 */
export const foldErasure = (current: SubjectConsent | null, record: RawErasure): SubjectConsent => {
  const erasedAt = record.at;
  if (current === null) return erasureOnly(erasedAt);
  const endsAll = erasedAt >= current.at;
  const end = (grant: Grant): Grant => ({
    since: endsAll ? null : cutAt(grant.since, erasedAt, current.at),
    lastOffAt: later(grant.lastOffAt, erasedAt),
  });
  return {
    ...current,
    at: endsAll ? erasedAt : current.at,
    purposes: eachOf(PURPOSES, (purpose) => end(current.purposes[purpose])),
    sources: eachOf(SOURCES, (source) => end(current.sources[source])),
    erasedAt: later(current.erasedAt, erasedAt),
  };
};

/**
 * The subject's consent after a revocation, which has no time of its own: every grant ends, and what is not newer than
 * the newest record grants nothing any more.
 *
 * @guarantee G-01
 */
export const foldRevocation = (current: SubjectConsent): SubjectConsent => {
  if (isErased(current, current.at)) return current;
  const at = eventTime(current.at + 1);
  const off: Grant = { since: null, lastOffAt: at };
  return {
    ...current,
    at,
    purposes: eachOf(PURPOSES, () => off),
    sources: eachOf(SOURCES, () => off),
  };
};

/** True when the subject was erased at or after the event's time. */
export const isErased = (consent: Consent, at: EventTime): boolean =>
  consent.erasedAt !== null && at <= consent.erasedAt;

/**
 * Event time from which purpose and source are both granted without a break until now; Infinity when one is off.
 * Does not look at policy versions.
 */
export const grantedSince = (consent: Consent, purpose: Purpose, source: Source | null): number => {
  const from = consent.purposes[purpose].since ?? Infinity;
  if (source === null) return from;
  return Math.max(from, consent.sources[source].since ?? Infinity);
};

/**
 * Event time from which events are served for a purpose by way of a source: both granted without a break until now,
 * all the while under accepted policy versions. Infinity when refused now. `source` null asks for the purpose alone.
 *
 * @guarantee G-01
 */
export const servedSince = (
  consent: SubjectConsent,
  purpose: Purpose,
  source: Source | null,
  policy: ConsentPolicy,
): number => {
  const granted = grantedSince(consent, purpose, source);
  if (granted === Infinity) return Infinity;
  return Math.max(granted, acceptedSince(consent.versions, policy.acceptedVersions[purpose]));
};

const acceptedSince = (versions: readonly VersionRun[], accepted: readonly number[]): number => {
  let since = Infinity;
  for (let i = versions.length - 1; i >= 0; i--) {
    const run = versions[i];
    if (run === undefined || run.version === null || !accepted.includes(run.version)) break;
    since = run.since;
  }
  return since;
};

const firstConsent = (record: RawConsent): SubjectConsent => {
  // Shared by all switches of the record: most subjects never change one, and there are many subjects.
  const on: Grant = { since: record.at, lastOffAt: null };
  const off: Grant = { since: null, lastOffAt: record.at };
  return {
    at: record.at,
    policyVersion: record.policyVersion,
    purposes: eachOf(PURPOSES, (purpose) => (record.purposes[purpose] ? on : off)),
    sources: eachOf(SOURCES, (source) => (record.sources[source] ? on : off)),
    erasedAt: null,
    versions: [{ version: record.policyVersion, since: record.at }],
  };
};

const erasureOnly = (erasedAt: EventTime): SubjectConsent => {
  const off: Grant = { since: null, lastOffAt: erasedAt };
  return {
    at: erasedAt,
    policyVersion: 0,
    purposes: eachOf(PURPOSES, () => off),
    sources: eachOf(SOURCES, () => off),
    erasedAt,
    versions: [],
  };
};

const withNewest = (current: SubjectConsent, record: RawConsent): SubjectConsent => {
  const { at } = record;
  const turn = (grant: Grant, on: boolean): Grant => {
    if (!on) return { since: null, lastOffAt: at };
    return grant.since === null ? { since: at, lastOffAt: grant.lastOffAt } : grant;
  };
  return {
    at,
    policyVersion: record.policyVersion,
    purposes: eachOf(PURPOSES, (purpose) => turn(current.purposes[purpose], record.purposes[purpose])),
    sources: eachOf(SOURCES, (source) => turn(current.sources[source], record.sources[source])),
    erasedAt: current.erasedAt,
    versions: withNewestVersion(current.versions, { version: record.policyVersion, since: at }),
  };
};

const withLate = (current: SubjectConsent, record: RawConsent): SubjectConsent => {
  const { at } = record;
  const mayReachBack = !isErased(current, at);
  const turn = (grant: Grant, on: boolean): Grant =>
    on
      ? mayReachBack
        ? reachedBack(grant, at)
        : grant
      : { since: cutAt(grant.since, at, current.at), lastOffAt: later(grant.lastOffAt, at) };
  return {
    ...current,
    purposes: eachOf(PURPOSES, (purpose) => turn(current.purposes[purpose], record.purposes[purpose])),
    sources: eachOf(SOURCES, (source) => turn(current.sources[source], record.sources[source])),
    versions: withLateVersion(current, { version: record.policyVersion, since: at }),
  };
};

/** A grant that turns out to have been on at `onAt` already, if it was never off since. */
const reachedBack = (grant: Grant, onAt: EventTime): Grant => {
  const wasOffSince = grant.lastOffAt !== null && grant.lastOffAt > onAt;
  return grant.since !== null && onAt < grant.since && !wasOffSince ? { ...grant, since: onAt } : grant;
};

/**
 * A grant that turns out to have been off at `offAt`. Which record turned it on again is not kept, only that the
 * newest one had it on; so it counts from there.
 */
const cutAt = (since: EventTime | null, offAt: EventTime, newest: EventTime): EventTime | null =>
  since !== null && offAt >= since ? newest : since;

const withNewestVersion = (runs: readonly VersionRun[], run: VersionRun): readonly VersionRun[] => {
  if (runs.at(-1)?.version === run.version) return runs;
  // Also within one millisecond: a version that was passed through breaks the grant.
  const next = [...runs, run];
  return next.length <= MAX_RUNS ? next : [NOT_KNOWN, ...next.slice(2)];
};

const withLateVersion = (current: SubjectConsent, run: VersionRun): readonly VersionRun[] => {
  const { versions } = current;
  const covering = versions.findLast((known) => known.since <= run.since);
  if (covering === undefined) return withEarliestVersion(versions, run);
  if (covering.version === run.version || covering.version === null) return versions;
  // How long the late version held is not kept: everything before the newest record becomes unknown.
  return [NOT_KNOWN, { version: versions.at(-1)?.version ?? null, since: current.at }];
};

const withEarliestVersion = (runs: readonly VersionRun[], run: VersionRun): readonly VersionRun[] => {
  const rest = runs[0]?.version === run.version ? runs.slice(1) : runs;
  return rest.length < MAX_RUNS ? [run, ...rest] : runs;
};

const later = (a: EventTime | null, b: EventTime): EventTime => (a === null || b > a ? b : a);

const eachOf = <K extends string, V>(keys: readonly K[], valueOf: (key: K) => V): Readonly<Record<K, V>> => {
  const record = {} as Record<K, V>;
  for (const key of keys) record[key] = valueOf(key);
  return record;
};
