import { describe, expect, it } from 'vitest';
import { Counters } from '../../../src/runtime/counters.ts';

describe('Counters', () => {
  const some = (): Counters => {
    const counters = new Counters();
    counters.add('doors', 'keep');
    counters.add('doors', 'late', 3);
    counters.add('doors', 'keep', 2);
    counters.add('bounds', 'over_bound');
    return counters;
  };

  it('add up by stage and outcome', () => {
    expect(some().of('doors', 'keep')).toBe(3);
    expect(some().of('doors', 'unheard-of')).toBe(0);
    expect(some().of('nowhere', 'keep')).toBe(0);
  });

  it('make a table sorted by stage and outcome, whatever came first', () => {
    expect(JSON.stringify(some().table())).toBe('{"bounds":{"over_bound":1},"doors":{"keep":3,"late":3}}');
  });

  it('go on from a table', () => {
    const counters = new Counters();
    counters.add('old', 'keep', 9);
    counters.restore(some().table());
    counters.add('doors', 'keep');
    expect(counters.table()).toEqual({ bounds: { over_bound: 1 }, doors: { keep: 4, late: 3 } });
  });

  it('give a table that does not change with them', () => {
    const counters = some();
    const before = counters.table();
    counters.add('doors', 'keep');
    expect(before['doors']?.['keep']).toBe(3);
  });
});
