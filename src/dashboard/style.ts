/** The style sheet of the report: system fonts, light and dark, from 360 to 1600 pixels. */
import { CHART_STYLE } from './style-charts.ts';

/** Every ink reaches 4.5:1 on ground and panel, every mark 3:1 (WCAG 2.2, 1.4.3 and 1.4.11). */
const COLOURS = `
:root {
  color-scheme: light dark;
  --ground: #fcfbf8; --panel: #f4f2ec; --ink: #1b1f24; --quiet: #565d66; --rule: #d8d4c9; --edge: #8b8778;
  --mark: #34558b; --mark-aside: #7c8cab; --link: #24508f; --badge: #7a4a00; --badge-ground: #fbeecd;
  --hatch: #8a8577; --hatch-ground: #f1eee6; --land: #8d8a80;
  --c0: #f5e79a; --c1: #d3c26b; --c2: #98937b; --c3: #56607a; --c4: #12305e;
  --t0: #1b1f24; --t1: #1b1f24; --t2: #14171b; --t3: #ffffff; --t4: #ffffff;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Hiragino Sans', 'Yu Gothic UI', 'Noto Sans CJK JP',
    'Noto Sans JP', sans-serif;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --panel: #1b1f25; --ink: #e8e6e0; --quiet: #a5abb4; --rule: #343a43; --edge: #79818c;
    --mark: #8fabdb; --mark-aside: #586a8b; --link: #9dbcf0; --badge: #f2d489; --badge-ground: #3a3013;
    --hatch: #7d848e; --hatch-ground: #1e2228; --land: #69717c;
    --c0: #3b5285; --c1: #67738e; --c2: #94917d; --c3: #c6b66c; --c4: #fbe76f;
    --t0: #ffffff; --t1: #ffffff; --t2: #101215; --t3: #101215; --t4: #101215;
  }
}`;

const PAGE = `
* { box-sizing: border-box; }
html { scroll-padding-top: 6rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 400 1rem/1.55 var(--sans); }
header, main, footer, .strip { max-width: 76rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2.5rem); }
h1, h2, h3, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: clamp(1.7rem, 1.3rem + 1.6vw, 2.4rem); line-height: 1.15; font-weight: 650; letter-spacing: -0.015em; }
h2 { font-size: 1.35rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
h3 { font-size: 1rem; line-height: 1.35; font-weight: 650; }
a { color: var(--link); }
code, pre { font-family: var(--mono); font-size: 0.86em; }
bdi { unicode-bidi: isolate; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; z-index: 3; background: var(--ground); padding: 0.5rem 0.75rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet, small { color: var(--quiet); }
.quiet { font-size: 0.875rem; }
.together { white-space: nowrap; }
.empty { color: var(--quiet); border: 1px dashed var(--edge); border-radius: 4px; padding: 0.9rem 1rem; }
header { padding-top: 2rem; padding-bottom: 1.25rem; }
.mark { font-size: 0.95rem; margin-bottom: 0.9rem; }
.mark span[lang] { color: var(--quiet); margin-left: 0.15rem; }
.badge { display: inline-block; margin-left: 0.6rem; padding: 0.05rem 0.55rem; border-radius: 1rem; font-size: 0.8rem;
  font-weight: 600; color: var(--badge); background: var(--badge-ground); }
.lead { margin-top: 0.5rem; color: var(--quiet); max-width: 62ch; overflow-wrap: anywhere; }
.strip-holder { position: sticky; top: 0; z-index: 2; background: var(--panel); border-block: 1px solid var(--rule); }
.strip { display: flex; flex-wrap: wrap; gap: 0.1rem 1.75rem; padding-block: 0.5rem; font-size: 0.85rem; line-height: 1.4; }
.strip div { display: flex; gap: 0.4rem; white-space: nowrap; }

.strip .soft { font-weight: 400; color: var(--quiet); }
.strip dt { color: var(--quiet); }
.strip dd { font-weight: 600; font-variant-numeric: tabular-nums; }
main > section { margin-top: 3.25rem; }
main > section:first-child { margin-top: 1.75rem; }
main > section > h2 + p, main > section > h2 + .empty { margin-top: 0.35rem; }
section > h3:not(:first-child) { margin-top: 2rem; }
footer { margin-top: 4rem; padding-block: 1.25rem 2.5rem; color: var(--quiet); font-size: 0.875rem; }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(46%, 10.5rem), 1fr)); gap: 1.25rem clamp(1rem, 3vw, 2rem); }
.headline li { border-top: 2px solid var(--ink); padding-top: 0.6rem; display: flex; flex-direction: column; }
.figure { font-size: clamp(1.6rem, 1.4rem + 0.8vw, 2.1rem); line-height: 1.15; font-weight: 600; letter-spacing: -0.02em;
  font-variant-numeric: tabular-nums; }
.headline b { font-weight: 600; }
.headline small { font-size: 0.85rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 29rem), 1fr)); gap: 2.5rem 3rem; margin-top: 1.25rem; }
.chart { min-width: 0; }
.chart > p { color: var(--quiet); font-size: 0.9rem; margin: 0.15rem 0 1rem; max-width: 60ch; }
.before-after { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem; margin-top: 1.1rem; }
.panel { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 1rem 1.1rem; display: flex;
  flex-direction: column; gap: 0.75rem; min-width: 0; }
.panel > .quiet { margin-top: auto; }
.record { font-size: 0.875rem; }
.record div { display: grid; grid-template-columns: minmax(5.5rem, 29%) 1fr; gap: 0.6rem; padding-block: 0.2rem; border-top: 1px solid var(--rule); }
.record dt { color: var(--quiet); }
.record dd { font-family: var(--mono); font-size: 0.88em; overflow-wrap: anywhere; }
.sentence { font-size: 1.1rem; line-height: 1.45; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 29rem), 1fr)); gap: 0 3rem; margin-top: 0.75rem; }
.facts div { display: grid; grid-template-columns: minmax(8rem, 40%) 1fr; gap: 1rem; padding-block: 0.45rem; border-top: 1px solid var(--rule); font-size: 0.9rem; }
.facts dt { color: var(--quiet); }
.facts dd, .facts dt { min-width: 0; overflow-wrap: anywhere; }
.limits { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 1rem 2.5rem; margin-top: 1rem; }
.limits li { border-left: 3px solid var(--mark); padding-left: 0.9rem; font-size: 0.95rem; }
.limits b { display: block; font-weight: 650; }
.onwards { display: grid; gap: 2rem; margin-top: 1rem; }
.next { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.next li { min-width: 0; }
.next p { font-size: 0.9rem; }
.next p::first-letter { text-transform: uppercase; }
.scroll + .quiet { margin-top: 0.6rem; }
pre { background: var(--panel); border: 1px solid var(--rule); border-radius: 4px; padding: 0.55rem 0.75rem; margin-top: 0.3rem; white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin-top: 0.9rem; font-size: 0.9rem; }
summary { cursor: pointer; padding-block: 0.25rem; color: var(--link); width: fit-content; max-width: 100%; }
summary .quiet { color: inherit; position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.scroll { overflow: auto; max-height: 32rem; border-block: 1px solid var(--rule); margin-top: 0.5rem; position: relative; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 1rem 0.35rem 0; font-weight: 400; }
thead th { position: sticky; top: 0; background: var(--ground); color: var(--quiet); font-weight: 600; box-shadow: 0 1px 0 var(--rule); white-space: nowrap; }
tbody tr + tr > * { border-top: 1px solid var(--rule); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-right: 0.5rem; }
.n:not(:last-child) { padding-right: 1.5rem; }
@media (max-width: 34rem) { .strip { gap: 0 1rem; font-size: 0.78rem; padding-block: 0.35rem; } .strip .wide { display: none; } }
@media print { .strip-holder { position: static; } .scroll { max-height: none; } main > section { break-inside: avoid-page; } }
@media (forced-colors: active) { .bar i, .plot i, .split i, .swatch { forced-color-adjust: none; } }
`;

export const STYLE = COLOURS + PAGE + CHART_STYLE;
