/** ISO 8601 durations: what is read, and what is refused. */
import { describe, expect, it } from 'vitest';
import { durationMs, parseDuration } from '../../../src/config/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['PT0S', 0],
    ['PT1S', 1_000],
    ['PT5M', 300_000],
    ['PT90M', 5_400_000],
    ['PT72H', 259_200_000],
    ['P1D', 86_400_000],
    ['P1DT2H3M4S', 93_784_000],
    ['PT0H5M', 300_000],
    ['P0D', 0],
    ['PT007S', 7_000],
    ['PT0.5S', 500],
    ['PT1.001S', 1_001],
    ['PT1M0.25S', 60_250],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    [''],
    ['P'],
    ['PT'],
    ['P1DT'],
    ['5M'],
    ['PT5'],
    ['pt5m'],
    ['PT-5M'],
    ['-PT5M'],
    ['PT1.5H'],
    ['PT0.5M'],
    ['PT0.0005S'],
    ['PT.5S'],
    ['PT1.S'],
    ['PT0,5S'],
    ['P1M'],
    ['P1Y'],
    ['P1W'],
    ['PT5M3H'],
    ['PT5M '],
    [' PT5M'],
    ['PT5M\n'],
    ['PT99999999999999999999S'],
    ['300'],
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});

describe('durationMs', () => {
  it('gives milliseconds of an accepted text', () => {
    expect(durationMs('PT1H')).toBe(3_600_000);
  });

  it('calls an unchecked text a bug, without quoting it', () => {
    expect(() => durationMs('secret')).toThrow(expect.objectContaining({ code: 'BUG' }) as Error);
    expect(() => durationMs('secret')).not.toThrow(/secret/);
  });
});
