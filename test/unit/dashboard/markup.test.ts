/** Escaping: nothing that comes from outside can become markup. */
import { describe, expect, test } from 'vitest';
import { escapeHtml, markup, properName, render } from '../../../src/dashboard/markup.ts';

describe('escapeHtml', () => {
  test.each([
    ['a tag', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['both quotes', `" onload='x'`, '&quot; onload=&#39;x&#39;'],
    ['an entity', '&lt;', '&amp;lt;'],
    ['a right-to-left override', 'abc\u202Edcb', 'abcdcb'],
    ['isolates and marks', '\u2066a\u2069\u200Fb\u061C', 'ab'],
    ['control characters, not the line break or tab', 'a\u0000\u001B[1m\tb\n\u0085', 'a[1m\tb\n'],
    ['half a surrogate pair', 'a\uD83Cb', 'ab'],
    ['a whole pair and Japanese', '珈琲🍡', '珈琲🍡'],
    ['real right-to-left letters', 'قهوة', 'قهوة'],
  ])('%s', (_title, text, expected) => {
    expect(escapeHtml(text)).toBe(expected);
  });
});

describe('markup', () => {
  test('escapes text, keeps markup, joins lists and leaves null out', () => {
    const item = markup`<li>${'<b>'}</li>`;
    expect(render(markup`<ul class="${'"x'}">${[item, null, 5, ['&']]}</ul>`)).toBe(
      '<ul class="&quot;x"><li>&lt;b&gt;</li>5&amp;</ul>',
    );
  });

  test.each([
    ['珈琲館', '<bdi lang="ja">珈琲館</bdi>'],
    ['ケーキ & Tea', '<bdi lang="ja">ケーキ &amp; Tea</bdi>'],
    ['Café', '<bdi>Café</bdi>'],
    ['', '<bdi></bdi>'],
  ])('a proper name is isolated and its language told: %s', (name, expected) => {
    expect(properName(name).markup).toBe(expected);
  });
});
