/** The consent fold against a reference that keeps the whole history. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawConsent, RawErasure } from '../../src/model/raw.ts';
import { RawId } from '../../src/model/identity.ts';
import { eventTime } from '../../src/model/time.ts';
import type { SubjectConsent } from '../../src/sanitize/consent.ts';
import { foldConsent, foldErasure, isErased, servedSince } from '../../src/sanitize/consent.ts';

type Right = RawConsent | RawErasure;
const SEED = 20_240_305;
const LAST = 12;
const ACCEPTED = [1, 2];
const POLICY = {
  acceptedVersions: {
    nearbyShops: ACCEPTED,
    usageStatistics: ACCEPTED,
    fraudPrevention: [],
    serviceImprovement: [],
    thirdPartyTracking: ACCEPTED,
  },
};

const deviceId = new RawId('device', 'd');
const time = fc.integer({ min: 1, max: LAST }).map(eventTime);
const switchOn = fc.boolean();

const consent: fc.Arbitrary<RawConsent> = fc
  .record({
    at: time,
    version: fc.constantFrom(1, 1, 1, 2, 9),
    p: switchOn,
    q: switchOn,
    l: switchOn,
    c: switchOn,
  })
  .map(({ at, version, p, q, l, c }) => ({
    kind: 'consent',
    deviceId,
    memberId: null,
    at,
    policyVersion: version,
    purposes: {
      nearbyShops: p,
      usageStatistics: q,
      fraudPrevention: true,
      serviceImprovement: true,
      thirdPartyTracking: true,
    },
    sources: { location: l, terminalId: true, cookies: c },
  }));
const erasure: fc.Arbitrary<RawErasure> = time.map((at) => ({
  kind: 'erasure',
  deviceId,
  memberId: null,
  at,
  requestId: 'r',
}));
const rights = fc.array(fc.oneof({ weight: 6, arbitrary: consent }, { weight: 1, arbitrary: erasure }), {
  minLength: 1,
  maxLength: 9,
});

/** Records by time; within a millisecond by arrival, erasures last. */
const inOrder = (records: readonly Right[]): Right[] =>
  records
    .map((record, arrival) => ({ record, arrival }))
    .sort(
      (a, b) =>
        a.record.at - b.record.at ||
        Number(a.record.kind === 'erasure') - Number(b.record.kind === 'erasure') ||
        a.arrival - b.arrival,
    )
    .map(({ record }) => record);

const USES = [
  ['nearbyShops', 'location'],
  ['usageStatistics', 'location'],
  ['usageStatistics', 'cookies'],
  ['nearbyShops', null],
  ['fraudPrevention', 'location'],
] as const;
type Use = (typeof USES)[number];

const referenceServes = (records: readonly Right[], [purpose, source]: Use, at: number): boolean => {
  let since = Infinity;
  for (const record of inOrder(records)) {
    const isGranted =
      record.kind === 'consent' &&
      record.purposes[purpose] &&
      (source === null || record.sources[source]) &&
      (POLICY.acceptedVersions[purpose] as number[]).includes(record.policyVersion);
    if (!isGranted) since = Infinity;
    else if (since === Infinity) since = record.at;
  }
  return since <= at;
};

const fold = (records: readonly Right[]): SubjectConsent | null =>
  records.reduce<SubjectConsent | null>(
    (current, record) =>
      record.kind === 'erasure' ? foldErasure(current, record) : foldConsent(current, record),
    null,
  );

const serves = (consented: SubjectConsent | null, [purpose, source]: Use, at: number): boolean =>
  consented !== null && servedSince(consented, purpose, source, POLICY) <= at;

/** Every use and event time for which the fold over `seen` and the reference over `all` differ in the given way. */
const compare = (
  seen: readonly Right[],
  all: readonly Right[],
  isWrong: (folded: boolean, reference: boolean) => boolean,
): readonly (readonly [Use, number])[] => {
  const folded = fold(seen);
  const wrong: (readonly [Use, number])[] = [];
  for (const use of USES) {
    for (let at = 0; at <= LAST + 1; at += 1) {
      if (isWrong(serves(folded, use, at), referenceServes(all, use, at))) wrong.push([use, at]);
    }
  }
  return wrong;
};

describe('G-01 the consent fold', () => {
  it('equals the whole history when records arrive in order', () => {
    fc.assert(
      fc.property(rights, (records) => {
        const ordered = inOrder(records);
        expect(compare(ordered, ordered, (folded, reference) => folded !== reference)).toEqual([]);
      }),
      { seed: SEED, numRuns: 1_500 },
    );
  });

  it('never grants what the whole history refuses, in whatever order records arrive', () => {
    fc.assert(
      fc.property(rights, (records) => {
        expect(compare(records, records, (folded, reference) => folded && !reference)).toEqual([]);
      }),
      { seed: SEED, numRuns: 3_000 },
    );
  });

  it('errs only towards refusing when the older part of the history was compacted away', () => {
    fc.assert(
      fc.property(rights, fc.nat({ max: 8 }), (records, lost) => {
        const ordered = inOrder(records);
        const kept = ordered.slice(Math.min(lost, ordered.length));
        expect(compare(kept, ordered, (folded, reference) => folded && !reference)).toEqual([]);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it('errs only towards refusing when older records are lost and the rest comes in disorder', () => {
    fc.assert(
      fc.property(rights, time, (records, from) => {
        const kept = records.filter((record) => record.at >= from);
        expect(compare(kept, records, (folded, reference) => folded && !reference)).toEqual([]);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it('knows an erasure in whatever order records arrive (G-04)', () => {
    fc.assert(
      fc.property(rights, time, (records, at) => {
        const folded = fold(records);
        const erased = records.some((record) => record.kind === 'erasure' && at <= record.at);
        expect(folded !== null && isErased(folded, at)).toBe(erased);
        if (erased) for (const use of USES) expect(serves(folded, use, at)).toBe(false);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it('gives the same again for records that were read twice in order, as after a restart', () => {
    fc.assert(
      fc.property(rights, (records) => {
        const ordered = inOrder(records);
        const again = [...ordered, ...ordered];
        expect(compare(again, ordered, (folded, reference) => folded && !reference)).toEqual([]);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it('does serve something in most histories: refusing all would prove nothing', () => {
    const sample = fc.sample(rights, { seed: SEED, numRuns: 400 });
    const serving = sample.filter((records) => USES.some((use) => serves(fold(records), use, LAST + 1)));
    expect(serving.length).toBeGreaterThan(100);
  });
});
