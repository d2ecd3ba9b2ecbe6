/** Tables of Combined Log Format lines. */
import { describe, expect, it } from 'vitest';
import { accessLogDecoder, parseAccessLine, timeOfAccessLine } from '../../../src/wire/access-line.ts';

const line = (change: Partial<Record<'head' | 'date' | 'request' | 'tail', string>> = {}): string => {
  const {
    head = '83.149.9.216 - -',
    date = '[17/May/2015:10:05:03 +0000]',
    request = '"GET /a?b=c HTTP/1.1"',
    tail = '200 203023 "http://example.org/" "Mozilla/5.0 (X11)"',
  } = change;
  return `${head} ${date} ${request} ${tail}`;
};

const parsed = (text: string): unknown => {
  const outcome = parseAccessLine(text);
  return outcome.kind === 'keep' ? outcome.value : outcome;
};

describe('a line', () => {
  it('gives all its fields', () => {
    expect(parsed(line())).toEqual({
      at: Date.UTC(2015, 4, 17, 10, 5, 3),
      method: 'GET',
      path: '/a?b=c',
      status: 200,
      bytes: 203_023,
      referer: 'http://example.org/',
      userAgent: 'Mozilla/5.0 (X11)',
      ip: '83.149.9.216',
      cookieId: null,
    });
  });

  it.each<[what: string, text: string, fields: object]>([
    [
      'dashes',
      line({ head: '- - -', tail: '304 - "-" "-"' }),
      { ip: null, bytes: null, referer: null, userAgent: null },
    ],
    ['IPv6', line({ head: '2001:db8::1 - -' }), { ip: '2001:db8::1' }],
    ['a user with spaces', line({ head: 'h - a b [c' }), { ip: 'h' }],
    ['a cookie', line({ tail: '200 1 "-" "-" "c-1"' }), { cookieId: 'c-1' }],
    ['no cookie', line({ tail: '200 1 "-" "-" "-"' }), { cookieId: null }],
    ['an empty cookie', line({ tail: '200 1 "-" "-" ""' }), { cookieId: null }],
    ['quotes', line({ tail: '200 1 "-" "say \\"hi\\" \\\\"' }), { userAgent: 'say "hi" \\' }],
    ['bytes', line({ tail: '200 1 "-" "\\xe6\\x9c\\xa7\\x09"' }), { userAgent: '朧\t' }],
    ['controls', line({ tail: '200 1 "-" "a\\tb\\nc"' }), { userAgent: 'a\tb\nc' }],
    ['unknown escapes', line({ tail: '200 1 "-" "a\\qb\\x0"' }), { userAgent: 'a\\qb\\x0' }],
    [
      'a line cut in the agent',
      line({ tail: '200 1 "-" "Mozilla/5.0 (comp' }),
      { userAgent: 'Mozilla/5.0 (comp' },
    ],
    ['a line cut at an escape', line({ tail: '200 1 "-" "a\\"' }), { userAgent: 'a"' }],
    ['HTTP/0.9', line({ request: '"GET /old"' }), { method: 'GET', path: '/old' }],
    ['a path with spaces', line({ request: '"GET /a b HTTP/1.0"' }), { path: '/a b' }],
    ['an escaped request', line({ request: '"GET /\\"x HTTP/1.0"' }), { path: '/"x' }],
    ['no request', line({ request: '"-"' }), { method: '-', path: '-' }],
    ['an empty request', line({ request: '""' }), { method: '-', path: '-' }],
    ['a TLS greeting', line({ request: '"\\x16\\x03\\x01 \\x00"' }), { method: '-', path: '-' }],
    [
      'a date in the agent',
      line({ tail: '200 1 "-" " [01/Jan/2000:00:00:00 +0000]"' }),
      { at: Date.UTC(2015, 4, 17, 10, 5, 3) },
    ],
  ])('with %s', (_what, text, fields) => {
    expect(parsed(text)).toMatchObject(fields);
  });

  it.each<[text: string, reason: string, field: string]>([
    ['', 'undecodable', 'line'],
    ['hello', 'undecodable', 'line'],
    [line({ head: '' }).trimStart(), 'undecodable', 'line'],
    [line({ head: 'host -' }), 'undecodable', 'line'],
    [line({ head: ' - -' }), 'undecodable', 'line'],
    [line({ date: '[32/May/2015:10:05:03 +0000]' }), 'undecodable', 'atMs'],
    [line({ date: '17/May/2015:10:05:03' }), 'undecodable', 'line'],
    [line({ request: 'GET / HTTP/1.1' }), 'undecodable', 'line'],
    [line({ request: '"GET / HTTP/1.1' }), 'undecodable', 'status'],
    [line({ tail: '20 1 "-" "-"' }), 'undecodable', 'status'],
    [line({ tail: '2000 1 "-" "-"' }), 'undecodable', 'status'],
    [line({ tail: '099 1 "-" "-"' }), 'undecodable', 'status'],
    [line({ tail: '200 x "-" "-"' }), 'undecodable', 'bytes'],
    [line({ tail: '200 -1 "-" "-"' }), 'undecodable', 'bytes'],
    [line({ tail: '200  "-" "-"' }), 'undecodable', 'bytes'],
    [line({ tail: '200 99999999999999999999 "-" "-"' }), 'undecodable', 'bytes'],
    [line({ tail: '200 1' }), 'undecodable', 'line'],
    [line({ tail: '200 1 "-"' }), 'undecodable', 'line'],
    [line({ tail: '200 1 "-' }), 'undecodable', 'line'],
    [line({ tail: '200 1 "-" "-" "c' }), 'undecodable', 'line'],
    [line({ tail: '200 1 "-" "-" "c\\"' }), 'undecodable', 'line'],
    [line({ tail: '200 1 "-" "-" x' }), 'undecodable', 'line'],
    [line({ tail: '200 1 "-" "-" "c" "d"' }), 'undecodable', 'line'],
    [line({ tail: `200 1 "-" "-" "${'c'.repeat(257)}"` }), 'invalid_field', 'cookieId'],
    [line({ tail: '200 1 "-" "-" "a\\x00"' }), 'invalid_field', 'cookieId'],
    [line({ tail: `200 1 "-" "${'u'.repeat(2_049)}"` }), 'invalid_field', 'userAgent'],
    [line({ tail: `200 1 "${'r'.repeat(8_193)}" "-"` }), 'invalid_field', 'referer'],
    [line({ request: `"GET /${'p'.repeat(8_192)} HTTP/1.1"` }), 'invalid_field', 'path'],
    [line({ head: `${'h'.repeat(257)} - -` }), 'invalid_field', 'ip'],
  ])('refuses %j', (text, reason, field) => {
    expect(parsed(text)).toMatchObject({ kind: 'quarantine', reason, field });
  });
});

describe('the date', () => {
  it.each<[date: string, time: string | null]>([
    ['[01/Jan/1970:00:00:00 +0000]', '1970-01-01T00:00:00Z'],
    ['[29/Feb/2024:23:59:59 +0900]', '2024-02-29T14:59:59Z'],
    ['[28/Feb/2023:00:30:00 -0330]', '2023-02-28T04:00:00Z'],
    ['[31/Dec/2099:23:59:59 +1400]', '2099-12-31T09:59:59Z'],
    ['[30/Jun/2015:23:59:60 +0000]', '2015-07-01T00:00:00Z'],
    ['[01/Mar/0004:00:00:00 +0000]', '0004-03-01T00:00:00Z'],
    ['[29/Feb/2023:00:00:00 +0000]', null],
    ['[29/Feb/1900:00:00:00 +0000]', null],
    ['[00/Jan/2024:00:00:00 +0000]', null],
    ['[31/Apr/2024:00:00:00 +0000]', null],
    ['[01/Foo/2024:00:00:00 +0000]', null],
    ['[01/Jan/2024:24:00:00 +0000]', null],
    ['[01/Jan/2024:00:60:00 +0000]', null],
    ['[01/Jan/2024:00:00:61 +0000]', null],
    ['[01/Jan/2024:00:00:00 +1401]', null],
    ['[01/Jan/2024:00:00:00 +0060]', null],
    ['[01/Jan/2024:00:00:00 00000]', null],
    ['[01/Jan/2024 00:00:00 +0000]', null],
    ['[1/Jan/2024:00:00:00 +0000]', null],
    ['[01/Jan/2024:0a:00:00 +0000]', null],
  ])('%s is %s', (date, time) => {
    expect(timeOfAccessLine(line({ date }))).toBe(time === null ? null : Date.parse(time));
  });
});

describe('a log file', () => {
  it('is of page views whose subject is the cookie', () => {
    const outcome = accessLogDecoder().decode(`\uFEFF${line({ tail: '200 1 "-" "-" "c-1"' })}\r`);
    expect(outcome).toMatchObject({
      kind: 'keep',
      value: { kind: 'access', access: 'PAGE', origin: 'APP', deviceId: null, memberId: null, storeId: null },
    });
    expect(outcome.kind === 'keep' && outcome.value.cookieId?.reveal()).toBe('c-1');
    expect(outcome.kind === 'keep' && outcome.value.cookieId?.kind).toBe('cookie');
  });

  it.each([
    [line({ tail: '200 1 "-" "\uFFFD"' }), 'bad_encoding'],
    ['x'.repeat(65_537), 'too_large'],
  ])('refuses what is no text: %#', (text, reason) => {
    expect(accessLogDecoder().decode(text)).toMatchObject({ kind: 'quarantine', reason });
  });
});
