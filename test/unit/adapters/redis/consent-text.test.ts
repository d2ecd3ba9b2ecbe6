/** Consents as views keep them: there and back, and nothing of another form. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentText, readConsentText } from '../../../../src/adapters/redis/consent-text.ts';
import type { Consent } from '../../../../src/model/consent.ts';
import { PURPOSES, SOURCES } from '../../../../src/model/consent.ts';
import { aConsent } from './a-consent.ts';

describe('the text of a consent', () => {
  it('gives the consent back', () => {
    const time = fc.option(fc.integer({ min: -1e15, max: 1e15 }));
    const grant = fc.record({ since: time, lastOffAt: time });
    const all = (names: readonly string[]) =>
      fc.record(Object.fromEntries(names.map((name) => [name, grant])));
    const consent = fc.record({
      at: fc.integer(),
      policyVersion: fc.nat(),
      purposes: all(PURPOSES),
      sources: all(SOURCES),
      erasedAt: time,
    });
    fc.assert(
      fc.property(consent, (one) => {
        expect(readConsentText(consentText(one as unknown as Consent))).toEqual(one);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it('holds only what a consent is, not what else came with it', () => {
    const more = { ...aConsent(1), versions: ['canary'], subject: 'canary' };
    expect(consentText(more)).toBe(consentText(aConsent(1)));
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    consentText(aConsent(1)).replace('"v":3', '"v":"3"'),
    consentText(aConsent(1)).replace('"e":null', '"e":"x"'),
    consentText(aConsent(1)).replace('"s":[', '"s":[[1,2],'),
    consentText(aConsent(1)).replace('"p":[[', '"p":[[0.5,'),
  ])('of another form is nothing: %s', (text) => {
    expect(readConsentText(text)).toBeNull();
  });
});
