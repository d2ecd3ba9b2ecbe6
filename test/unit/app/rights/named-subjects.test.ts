/** Who a command is about: from options or standard input, never repeated. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { SubjectFlags } from '../../../../src/app/rights/named-subjects.ts';
import { allOf, namedSubjects } from '../../../../src/app/rights/named-subjects.ts';

const input = (...pieces: readonly (string | Buffer)[]): Readable => Readable.from(pieces);

const told = async (flags: SubjectFlags, text = ''): Promise<readonly string[]> => {
  const subjects = await namedSubjects({ quiet: true, ...flags }, input(text));
  return allOf(subjects).map((subject) => `${subject.kind} ${subject.reveal()}`);
};

describe('subjects', () => {
  it('come from options', async () => {
    expect(await told({ member: 'm', device: ['d1', 'd2'] })).toEqual(['member m', 'device d1', 'device d2']);
    expect(await told({ device: ['d1'] })).toEqual(['device d1']);
  });

  it('come from standard input, with any line ends and pieces', async () => {
    const text = 'device d 1\r\n\nmember m\ncookie\tc\n';
    expect(await told({ ids: '-' }, text)).toEqual(['member m', 'device d 1', 'cookie c']);
    const bytes = Buffer.from('member 会員');
    const subjects = await namedSubjects({ ids: '-' }, input(bytes.subarray(0, 9), bytes.subarray(9)));
    expect(subjects.member?.reveal()).toBe('会員');
  });

  it.each<[what: string, flags: SubjectFlags, text?: string]>([
    ['nobody', {}],
    ['nobody in the input', { ids: '-' }, '\n'],
    ['an empty member', { member: '' }],
    ['a control character', { device: ['canary\u0007'] }],
    ['too long', { member: 'canary'.repeat(50) }],
    ['two members', { ids: '-' }, 'member canary-1\nmember canary-2'],
    ['an unknown kind', { ids: '-' }, 'person canary'],
    ['no kind', { ids: '-' }, 'canary'],
    ['no identifier', { ids: '-' }, 'member '],
    ['a file', { ids: 'canary.txt' }],
    ['both ways', { ids: '-', member: 'canary' }, 'member canary'],
    ['endless input', { ids: '-' }, 'member canary'.padEnd(1_000_001)],
  ])('are refused without being repeated: %s', async (_what, flags, text) => {
    const error: unknown = await told(flags, text).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'USAGE' });
    expect(String(error)).not.toContain('canary');
  });
});
