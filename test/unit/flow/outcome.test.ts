import { describe, expect, it } from 'vitest';
import { drop, keep, quarantine } from '../../../src/flow/outcome.ts';
import { stay } from '../../../src/flow/station.ts';

describe('outcomes', () => {
  it('are kept, dropped or quarantined, and nothing else', () => {
    expect(keep(7)).toEqual({ kind: 'keep', value: 7 });
    expect(drop('late')).toEqual({ kind: 'drop', reason: 'late' });
    expect(quarantine('undecodable')).toEqual({
      kind: 'quarantine',
      reason: 'undecodable',
      field: null,
      expected: null,
    });
    expect(quarantine('invalid_field', 'lat', 'degrees')).toMatchObject({
      field: 'lat',
      expected: 'degrees',
    });
  });
});

describe('stay', () => {
  it('says nothing but the state', () => {
    expect(stay('state')).toEqual({ state: 'state', emit: [], dropped: [] });
    expect(stay(null)).toEqual({ state: null, emit: [], dropped: [] });
  });
});
