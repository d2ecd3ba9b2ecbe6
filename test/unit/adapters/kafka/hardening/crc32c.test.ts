import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../../../src/adapters/kafka/hardening/crc32c.ts';

/** RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms. */
describe('crc32c', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 0x00000000],
    ['the digits', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['counting up', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    ['counting down', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
  ])('%s', (_what, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('of a piece is that of the piece alone', () => {
    const bytes = Buffer.from('xx123456789yyy');
    expect(crc32c(bytes, 2, 11)).toBe(0xe3069283);
  });
});
