/** The report in a real browser, from file://: no request, no script, accessible in light and dark, from 360 to 1600 px. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderReport } from '../../src/dashboard/report.ts';
import { anEmptyReport, aReport } from '../unit/dashboard/a-report.ts';

const CHROMIUM = env['CHROMIUM'] ?? '/usr/bin/chromium';
const found = existsSync(CHROMIUM);
const required = (env['CI'] ?? '') !== '' || env['OBORO_REQUIRE_SERVICES'] === '1';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

test('a browser is there', ({ skip }) => {
  const advice = `no Chromium at ${CHROMIUM}: install it, or name one in the environment variable CHROMIUM`;
  if (!found && !required) {
    console.warn(`SKIPPED test/e2e/report.test.ts: ${advice}`);
    skip(advice);
  }
  expect(found, advice).toBe(true);
});

describe.skipIf(!found)('the report in a browser', () => {
  let browser: Browser;
  let dir: string;
  let axe: string;
  const pages = { full: '', empty: '' };

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    dir = await mkdtemp(join(tmpdir(), 'oboro-report-'));
    for (const [name, data] of [
      ['full', aReport()],
      ['empty', anEmptyReport()],
    ] as const) {
      const path = join(dir, `${name}.html`);
      await writeFile(path, renderReport(data));
      pages[name] = pathToFileURL(path).href;
    }
  });

  afterAll(async () => {
    await browser.close();
    await rm(dir, { recursive: true, force: true });
  });

  interface Look {
    readonly name?: keyof typeof pages;
    readonly width?: number;
    readonly scheme?: 'light' | 'dark';
  }

  /** Opens the page; `requests` and `complaints` grow while it is open. */
  const open = async ({ name = 'full', width = 1280, scheme = 'light' }: Look) => {
    const page = await browser.newPage({
      colorScheme: scheme,
      locale: 'ja-JP',
      viewport: { width, height: 900 },
    });
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(pages[name], { waitUntil: 'networkidle' });
    return { page, requests, complaints };
  };

  const on = async (look: Look, check: (opened: Awaited<ReturnType<typeof open>>) => Promise<void>) => {
    const opened = await open(look);
    try {
      await check(opened);
    } finally {
      await opened.page.close();
    }
  };

  const unfoldAll = (page: Page): Promise<unknown> =>
    page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');

  test('asks the network for nothing, and the content policy has nothing to refuse', () =>
    on({}, async ({ page, requests, complaints }) => {
      await unfoldAll(page);
      expect(requests).toEqual([pages.full]);
      expect(complaints).toEqual([]);
    }));

  test.each([
    ['full', 'light', 1280],
    ['full', 'dark', 1280],
    ['full', 'light', 360],
    ['full', 'dark', 360],
    ['empty', 'light', 1280],
    ['empty', 'dark', 1280],
  ] as const)('axe finds nothing serious: %s page, %s, %d px', (name, scheme, width) =>
    on({ name, scheme, width }, async ({ page }) => {
      await unfoldAll(page);
      await page.evaluate(axe);
      const results = await page.evaluate<AxeResults>('axe.run(document)');
      const grave = results.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(grave.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html)])).toEqual([]);
      expect(results.passes.map(({ id }) => id)).toContain('color-contrast');
    }),
  );

  test.each([360, 768, 1600])('has no horizontal scroll at %d px', (width) =>
    on({ width }, async ({ page }) => {
      await unfoldAll(page);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(wide).toBeLessThanOrEqual(width);
    }),
  );

  test('has headings in order', () =>
    on({}, async ({ page }) => {
      const levels = await page.evaluate<number[]>(
        '[...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((one) => Number(one.tagName[1]))',
      );
      expect(levels[0]).toBe(1);
      levels.forEach((level, index) => {
        expect(level - (levels[index - 1] ?? level)).toBeLessThanOrEqual(1);
      });
    }));

  test('keeps the privacy parameters in view at the end of the page', () =>
    on({}, async ({ page }) => {
      await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
      const box = await page.getByRole('complementary', { name: 'Privacy parameters' }).boundingBox();
      expect(box?.y).toBe(0);
    }));

  test('changes its colours with the scheme', async () => {
    const grounds: unknown[] = [];
    for (const scheme of ['light', 'dark'] as const)
      await on({ scheme }, async ({ page }) => {
        grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      });
    expect(new Set(grounds).size).toBe(2);
  });
});
