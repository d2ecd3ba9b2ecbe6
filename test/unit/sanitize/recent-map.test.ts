import { describe, expect, it } from 'vitest';
import { RecentMap } from '../../../src/sanitize/recent-map.ts';

describe('a recent map', () => {
  it('keeps what is asked for and forgets what is not, within twice its limit', () => {
    const map = new RecentMap<number>(10);
    for (let i = 0; i < 100; i += 1) {
      map.set(`k${String(i)}`, i);
      expect(map.get('k0')).toBe(0);
    }
    const kept = Array.from({ length: 100 }, (_, i) => map.get(`k${String(i)}`)).filter(
      (v) => v !== undefined,
    );
    expect(kept.length).toBeLessThanOrEqual(20);
    expect(map.get('k99')).toBe(99);
    expect(map.get('k50')).toBeUndefined();
  });

  it('forgets on demand: at once, or what was not asked for since the last time', () => {
    const map = new RecentMap<string>(10);
    map.set('a', 'A');
    map.set('b', 'B');
    map.age();
    expect(map.get('a')).toBe('A');
    map.age();
    expect(map.get('a')).toBe('A');
    expect(map.get('b')).toBeUndefined();
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
  });
});
