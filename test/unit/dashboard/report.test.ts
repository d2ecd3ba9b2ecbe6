/** The page as a whole: what it holds, what it never holds, and that it is useful with nothing to show. */
import { describe, expect, test } from 'vitest';
import { renderReport } from '../../../src/dashboard/report.ts';
import { DROP_REASONS, QUARANTINE_REASONS } from '../../../src/model/reasons.ts';
import type { ReportData } from '../../../src/query/report-data.ts';
import { anEmptyReport, aPolicy, aReport } from './a-report.ts';

const headingsOf = (html: string): readonly number[] =>
  [...html.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));

/** Visible text, roughly: without tags, attributes and the style sheet. */
const textOf = (html: string): string =>
  html
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('renderReport', () => {
  test.each([
    ['a run', aReport()],
    ['nothing', anEmptyReport()],
  ])('of %s is one file that loads and runs nothing', (_title, data) => {
    const html = renderReport(data);
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html.replaceAll('&#39;', "'")).toContain(
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    );
    expect(html).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b/i);
    expect(html).not.toMatch(/\b(src|srcset|action|xlink:href)=/i);
    expect(html).not.toMatch(/@import|url\((?!#)/);
    expect(html).not.toMatch(/ on[a-z]+=/i);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target)).toEqual(['#main']);
    expect(html).not.toMatch(/undefined|NaN|\[object|Infinity/);
  });

  test.each([
    ['a run', aReport()],
    ['nothing', anEmptyReport()],
  ])('of %s has headings in order and ids once', (_title, data) => {
    const html = renderReport(data);
    const levels = headingsOf(html);
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, index) => {
      expect(level - (levels[index - 1] ?? level)).toBeLessThanOrEqual(1);
    });
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(id);
  });

  test('G-14 shows the privacy parameters it was given', () => {
    const policy = aPolicy({ k: 25, drawMax: 7, rounding: 1, tier: 'threshold' });
    const text = textOf(renderReport(anEmptyReport({ policy })));
    expect(text).toContain('k 25 + draw 1–7');
    expect(text).toContain('Tier threshold');
    expect(text).toContain('Rounding off');
    expect(text).toContain('Epoch 1 day from 04:00 Asia/Tokyo');
    expect(text).toContain('version 3');
  });

  test('says why events were set aside, most frequent first, and nothing of what did not happen', () => {
    const text = textOf(renderReport(aReport()));
    expect(text).toContain(DROP_REASONS.too_inaccurate);
    expect(text).toContain(QUARANTINE_REASONS.invalid_field);
    expect(text).not.toContain(DROP_REASONS.epoch_closed);
    expect(text.indexOf('96,412')).toBeLessThan(text.indexOf('41,880'));
  });

  test('every chart has a table of its numbers', () => {
    const html = renderReport(aReport());
    expect(html.match(/<details>/g)?.length).toBe(6);
    expect(html.match(/<table>/g)?.length).toBe(8);
    expect(html).toContain('<th scope="row"><bdi lang="ja">惣菜</bdi></th>');
  });

  test('of nothing says so in each place and still shows parameters and limits', () => {
    const text = textOf(renderReport(anEmptyReport()));
    expect(text.match(/No row of this kind was released/g)?.length).toBe(5);
    expect(text).toContain('Nothing was dropped or quarantined');
    expect(text).toContain('What you may not conclude');
    expect(text).not.toContain('One fix, before and after');
    expect(text).not.toContain('Files and next steps');
  });

  test('shows the before and after panel only when one is given, and says when no row holds it', () => {
    const { run } = aReport();
    const { beforeAfter } = run;
    expect(beforeAfter).not.toBeNull();
    if (beforeAfter === null) return;
    const html = renderReport(anEmptyReport({ beforeAfter: { ...beforeAfter, released: null } }));
    expect(textOf(html)).toContain('35.6594821, 139.7005533');
    expect(textOf(html)).toContain('Too few people met');
  });

  test('names from outside cannot become markup nor turn the text', () => {
    const evil = `<script>alert("x")</script><img src=x onerror='y'>\u202Eevil\u0000`;
    const base = aReport();
    const data: ReportData = {
      ...base,
      run: {
        ...base.run,
        input: evil,
        policyHash: evil,
        stores: [{ id: evil, name: evil, category: evil, lat: 35.66, lng: 139.7 }],
        files: [{ path: evil, holds: evil }],
        next: [{ command: evil, does: evil }],
        beforeAfter: { raw: [{ name: evil, value: evil }], left: [], released: evil },
      },
      topStores: [{ id: evil, name: evil, category: evil, visits: 10, visitors: 10, hoursCovered: 1 }],
      transitions: [{ from: evil, to: evil, visitors: 20 }],
    };
    const html = renderReport(data);
    expect(html).not.toMatch(/<script|<img/i);
    expect(html).not.toMatch(/[\u0000\u202E]/);
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  });

  test('stays small enough to mail', () => {
    expect(Buffer.byteLength(renderReport(aReport()))).toBeLessThan(150_000);
  });
});
