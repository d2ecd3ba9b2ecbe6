import { describe, expect, it } from 'vitest';
import { wallTime } from '../../../../src/model/time.ts';
import { Lags } from '../../../../src/runtime/stream/lags.ts';

const RIGHTS = ['privacy.consent', 'privacy.erasure'];

describe('lags', () => {
  it('are what is left of each input', () => {
    const lags = new Lags();
    lags.stands('raw.gps', { next: 10, end: 25 }, wallTime(1));
    lags.stands('privacy.consent', { next: 7, end: 7 }, wallTime(1));
    expect(lags.all()).toEqual([
      { topic: 'raw.gps', records: 15 },
      { topic: 'privacy.consent', records: 0 },
    ]);
  });

  it('are none where a reader knows of more than the end said', () => {
    const lags = new Lags();
    lags.stands('raw.gps', { next: 10, end: 9 }, wallTime(1));
    expect(lags.all()).toEqual([{ topic: 'raw.gps', records: 0 }]);
  });

  it.each([
    ['never looked at', [], null],
    ['level', [['privacy.consent', 5, 5, 10]], null],
    ['behind', [['privacy.consent', 3, 5, 10]], 10],
    [
      'behind for longer than its last batch',
      [
        ['privacy.consent', 3, 5, 10],
        ['privacy.consent', 4, 9, 20],
      ],
      10,
    ],
    [
      'level again',
      [
        ['privacy.consent', 3, 5, 10],
        ['privacy.consent', 5, 5, 20],
      ],
      null,
    ],
    [
      'behind anew',
      [
        ['privacy.consent', 3, 5, 10],
        ['privacy.consent', 5, 5, 20],
        ['privacy.consent', 5, 6, 30],
      ],
      30,
    ],
    [
      'behind in two inputs: the older counts',
      [
        ['privacy.erasure', 0, 1, 10],
        ['privacy.consent', 3, 5, 5],
      ],
      5,
    ],
    ['behind in another input only', [['raw.gps', 3, 5, 10]], null],
  ] as const)('of rights that are %s', (_, steps, since) => {
    const lags = new Lags();
    for (const [topic, next, end, at] of steps) lags.stands(topic, { next, end }, wallTime(at));
    expect(lags.behindSince(RIGHTS)).toBe(since);
  });
});
