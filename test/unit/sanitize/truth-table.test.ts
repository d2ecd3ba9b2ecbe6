/** Every combination of purposes, sources, origin and consent history against a tiny reference that shares no code. */
import { describe, expect, it } from 'vitest';
import type { Purpose, Source } from '../../../src/model/consent.ts';
import { PURPOSES, SOURCES } from '../../../src/model/consent.ts';
import type { Origin, RawConsent, RawErasure, RawEvent } from '../../../src/model/raw.ts';
import type { Sanitized } from '../../../src/model/sanitized.ts';
import { eventTime } from '../../../src/model/time.ts';
import { sanitize } from '../../../src/sanitize/sanitize.ts';
import type { Choice } from './builders.ts';
import {
  NOON,
  OLD_VERSION,
  aConsent,
  aDevice,
  aFix,
  anAccess,
  anEnv,
  anErasure,
  cookie,
} from './builders.ts';

const T = NOON;
const subsets = <X>(all: readonly X[]): X[][] =>
  all.reduce<X[][]>((sets, x) => sets.flatMap((set) => [set, [...set, x]]), [[]]);

type Right = RawConsent | RawErasure;
const off: Choice = { purposes: [], sources: [] };

/** Histories by name; each takes the choice under test. All are in order of arrival. */
const HISTORIES: Readonly<Record<string, (choice: Choice) => readonly Right[]>> = {
  never: () => [],
  before: (choice) => [aConsent(T - 100, choice)],
  'at the very time': (choice) => [aConsent(T, choice)],
  after: (choice) => [aConsent(T + 1, choice)],
  'withdrawn before': (choice) => [aConsent(T - 100, choice), aConsent(T - 50, off)],
  'withdrawn after': (choice) => [aConsent(T - 100, choice), aConsent(T + 50, off)],
  'withdrawn and granted again before': (choice) => [
    aConsent(T - 100, choice),
    aConsent(T - 50, off),
    aConsent(T - 20, choice),
  ],
  'withdrawn and granted again after': (choice) => [
    aConsent(T - 100, choice),
    aConsent(T + 50, off),
    aConsent(T + 60, choice),
  ],
  'said again after': (choice) => [aConsent(T - 100, choice), aConsent(T + 50, choice)],
  'under a version not accepted': (choice) => [aConsent(T - 100, { ...choice, version: OLD_VERSION })],
  'under an accepted older version, renewed after': (choice) => [
    aConsent(T - 100, { ...choice, version: 2 }),
    aConsent(T + 50, choice),
  ],
  'under a version not accepted, renewed after': (choice) => [
    aConsent(T - 100, { ...choice, version: OLD_VERSION }),
    aConsent(T + 50, choice),
  ],
  'under a version not accepted, renewed before': (choice) => [
    aConsent(T - 100, { ...choice, version: OLD_VERSION }),
    aConsent(T - 50, choice),
  ],
  'erased before': (choice) => [aConsent(T - 100, choice), anErasure(T - 1)],
  'erased at the very time': (choice) => [aConsent(T - 100, choice), anErasure(T)],
  'erased after': (choice) => [aConsent(T - 100, choice), anErasure(T + 50)],
  'erased and granted again before': (choice) => [
    aConsent(T - 100, choice),
    anErasure(T - 60),
    aConsent(T - 50, choice),
  ],
  'erased and granted again after': (choice) => [
    aConsent(T - 100, choice),
    anErasure(T + 10),
    aConsent(T + 20, choice),
  ],
  'only erased': () => [anErasure(T - 10)],
};

const ACCEPTED = [2, 3];

/** The plainest reading of the rule: replay the history; the run of "yes" that reaches now must have begun by T. */
const allowed = (history: readonly Right[], purpose: Purpose, source: Source, minding = true): boolean => {
  let since = Infinity;
  for (const record of history) {
    const isOn = record.kind === 'consent' && record.purposes[purpose] && record.sources[source];
    const isValid = record.kind === 'consent' && (!minding || ACCEPTED.includes(record.policyVersion));
    if (!isOn || !isValid) since = Infinity;
    else if (since === Infinity) since = record.at;
  }
  return since <= T;
};

type Ask = (purpose: Purpose, source: Source) => boolean;
type Verdict = 'once' | 'traced' | 'counted' | 'once+counted' | 'traced+counted' | 'passed' | (string & {});

/** What each kind of event may become, given what is allowed; null for nothing. */
const VERDICTS: Readonly<Record<string, (ask: Ask) => Verdict | null>> = {
  fix: (ask) => {
    const shown = ask('nearbyShops', 'location') && (ask('nearbyShops', 'terminalId') ? 'traced' : 'once');
    const counted = ask('usageStatistics', 'location') && ask('usageStatistics', 'terminalId') && 'counted';
    return [shown, counted].filter((part) => part !== false).join('+') || null;
  },
  device: (ask) => (ask('usageStatistics', 'terminalId') ? 'passed' : null),
  cookieLine: (ask) => (ask('usageStatistics', 'cookies') ? 'access' : null),
  deviceLine: (ask) => (ask('usageStatistics', 'terminalId') ? 'access' : null),
};

const expected = (kind: string, history: readonly Right[], origin: Origin): Verdict => {
  const verdictIf = (minding: boolean): Verdict | null =>
    VERDICTS[kind]?.(
      (purpose, source) =>
        allowed(history, purpose, source, minding) &&
        (origin === 'APP' || allowed(history, 'thirdPartyTracking', source, minding)),
    ) ?? null;
  const verdict = verdictIf(true);
  if (verdict !== null) return verdict;
  const consents = history.filter((record) => record.kind === 'consent');
  if (history.some((record) => record.kind === 'erasure' && T <= record.at)) return 'erased';
  if (consents.length === 0) return 'unknown_subject';
  return verdictIf(false) === null ? 'no_consent' : 'policy_version';
};

const EVENTS: Readonly<Record<string, (origin: Origin) => RawEvent>> = {
  fix: (origin) => aFix({ origin }),
  device: (origin) => aDevice({ origin }),
  cookieLine: (origin) => anAccess({ origin, cookieId: cookie('d1') }),
  deviceLine: (origin) => anAccess({ origin, cookieId: null, deviceId: aFix().deviceId }),
};

const LASTING = ((): string | null => {
  const outcome = sanitize(aFix(), anEnv([aConsent(T - 1)]));
  return outcome.kind === 'keep' ? (outcome.value.location?.pseudonym ?? null) : null;
})();

const armsOf = ({ location, near, access }: Sanitized): Verdict => {
  if (access !== null) return 'access';
  const shown = location !== null && (location.pseudonym === LASTING ? 'traced' : 'once');
  return [shown, near !== null && 'counted'].filter((part) => part !== false).join('+') || 'passed';
};

const observed = (kind: string, history: readonly Right[], origin: Origin): Verdict => {
  const outcome = sanitize(EVENTS[kind]?.(origin) ?? aFix(), anEnv(history));
  return outcome.kind === 'keep' ? armsOf(outcome.value) : outcome.reason;
};

const CHOICES: readonly Choice[] = subsets(
  PURPOSES.filter((purpose) => purpose !== 'serviceImprovement'),
).flatMap((purposes) => subsets(SOURCES).map((sources) => ({ purposes, sources })));
const CASES = Object.keys(EVENTS).flatMap((kind) =>
  (['APP', 'THIRD_PARTY'] as const).map((origin) => ({ kind, origin })),
);

describe('G-01 an event serves a purpose only under a consent that reaches from its time to now', () => {
  for (const [name, historyOf] of Object.entries(HISTORIES)) {
    it(`consent ${name}: all ${String(CHOICES.length)} choices, both origins`, () => {
      const rows = CHOICES.flatMap((choice) =>
        CASES.map(({ kind, origin }) => {
          const history = historyOf(choice);
          const want = expected(kind, history, origin);
          return { choice, kind, origin, want, got: observed(kind, history, origin) };
        }),
      );
      expect(rows.filter(({ want, got }) => want !== got)).toEqual([]);
    });
  }

  it('holds verdicts of every kind, so that the table cannot pass by refusing everything', () => {
    const seen = new Set(
      Object.values(HISTORIES).flatMap((historyOf) =>
        CHOICES.map((choice) => observed('fix', historyOf(choice), 'APP')),
      ),
    );
    expect([...seen].sort()).toEqual(
      [
        'counted',
        'erased',
        'no_consent',
        'once',
        'policy_version',
        'traced',
        'traced+counted',
        'unknown_subject',
      ].sort(),
    );
  });

  it('needs no purpose to imply another: fraud prevention and service improvement alone show and count nothing', () => {
    const env = anEnv([aConsent(T - 1, { purposes: ['fraudPrevention', 'serviceImprovement'] })]);
    expect(sanitize(aFix(), env)).toEqual({ kind: 'drop', reason: 'no_consent' });
  });

  it('does not take one subject for another', () => {
    const env = anEnv([aConsent(T - 1)]);
    const other = aFix({ deviceId: cookie('d2') });
    expect(sanitize(other, env)).toEqual({ kind: 'drop', reason: 'unknown_subject' });
    expect(sanitize(aFix({ at: eventTime(T) }), env).kind).toBe('keep');
  });
});
