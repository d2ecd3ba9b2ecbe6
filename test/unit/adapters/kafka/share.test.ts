/** What a member may hand over: nothing paused, nothing of an older assignment, nothing out of turn. */
import { describe, expect, it } from 'vitest';
import { Share } from '../../../../src/adapters/kafka/share.ts';

const place = (topic: string, partition = 0) => ({ topic, partition });
const A = place('a');

const flowing = (offset: number): Share => {
  const share = new Share();
  share.assign([0]);
  share.resumeAt({ ...A, offset });
  return share;
};

describe('Share', () => {
  it('lets nothing flow before it was told where', () => {
    const share = new Share();
    share.assign([0, 1]);
    expect(share.partitions).toEqual([0, 1]);
    expect(share.judge(A, 0)).toBe('leave');
    expect(share.resume(A)).toBe(false);
    expect(share.judge(A, 0)).toBe('leave');
    expect(share.resumeAt({ ...A, offset: 5 })).toBe(true);
    expect(share.judge(A, 5)).toBe('take');
    expect(share.judge(place('b'), 5)).toBe('leave');
  });

  it('takes batches that follow each other, and reads strays again', () => {
    const share = flowing(5);
    share.took(A, 9);
    expect(share.judge(A, 9)).toBe('take');
    expect(share.judge(A, 5)).toBe('again');
    expect(share.judge(A, 12)).toBe('again');
    expect(share.nextOf(A)).toBe(9);
  });

  it('leaves lying what comes while a partition is paused', () => {
    const share = flowing(5);
    share.pause(A);
    expect(share.judge(A, 5)).toBe('leave');
    expect(share.resume(A)).toBe(true);
    expect(share.judge(A, 5)).toBe('take');
    share.pause(place('b'));
    expect(share.resume(place('b'))).toBe(false);
  });

  it('goes on elsewhere after a seek, also while it was paused', () => {
    const share = flowing(50);
    share.pause(A);
    share.resumeAt({ ...A, offset: 10 });
    expect(share.judge(A, 50)).toBe('again');
    expect(share.judge(A, 10)).toBe('take');
  });

  it('forgets everything with a new assignment', () => {
    const share = flowing(5);
    share.assign([0]);
    expect(share.judge(A, 5)).toBe('leave');
    expect(share.nextOf(A)).toBeNull();
    share.took(A, 9);
    expect(share.nextOf(A)).toBeNull();
  });

  it('does not take up partitions of others', () => {
    const share = flowing(5);
    expect(share.resumeAt({ ...place('a', 1), offset: 0 })).toBe(false);
    expect(share.judge(place('a', 1), 0)).toBe('leave');
  });

  it('gives up when reading again does not help, and counts anew after each that fits', () => {
    const share = flowing(5);
    const strays = (n: number) => Array.from({ length: n }, () => share.judge(A, 0));
    expect(new Set(strays(10))).toEqual(new Set(['again']));
    share.took(A, 6);
    expect(new Set(strays(10))).toEqual(new Set(['again']));
    expect(strays(1)).toEqual(['lost']);
  });
});
