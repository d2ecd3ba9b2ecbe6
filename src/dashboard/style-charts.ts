/** Styles of the pictures: map, columns, bars and legends. */

/** One hatch for all that is withheld, on the map, in columns and in legends. */
const HATCH = 'repeating-linear-gradient(135deg, var(--hatch) 0 1.5px, var(--hatch-ground) 1.5px 5px)';

const RAMP = [0, 1, 2, 3, 4]
  .map(
    (step) => `.c${String(step)} { fill: var(--c${String(step)}); background: var(--c${String(step)}); }
.t${String(step)} { fill: var(--t${String(step)}); stroke: var(--c${String(step)}); }`,
  )
  .join('\n');

export const CHART_STYLE = `
${RAMP}
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 2rem 3rem; margin-top: 1.1rem; }
.map { container-type: inline-size; min-width: 0; }
.map figcaption p { color: var(--quiet); font-size: 0.9rem; margin: 0.15rem 0 0.75rem; }
.sheet { position: relative; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; overflow: hidden; }
.sheet svg { display: block; width: 100%; height: auto; }
.rim { fill: none; stroke: var(--edge); stroke-width: 3; stroke-linejoin: round; }
.map svg path[class^='c'], .map svg .withheld { stroke: var(--ground); stroke-width: 1.2; }
.hatch-ground { fill: var(--hatch-ground); }
.hatch-line { stroke: var(--hatch); stroke-width: 1; }
.land { fill: none; stroke: var(--land); stroke-width: 1; stroke-dasharray: 5 3; }
.stores { fill: none; stroke: var(--ink); stroke-width: 2.6; stroke-linecap: round; pointer-events: none; }
.stores.halo { stroke: var(--ground); stroke-width: 4.4; }
.map text { font: 600 13px var(--sans); text-anchor: middle; dominant-baseline: central; font-variant-numeric: tabular-nums; pointer-events: none; paint-order: stroke; stroke-width: 4px; stroke-linejoin: round; }
@container (max-width: 25rem) { .map text { display: none; } }
.scale-bar { position: absolute; left: 0.75rem; bottom: 0.6rem; border: 1.5px solid var(--ink); border-top: 0; height: 0.4rem; }
.scale-bar span { position: absolute; left: 0.3rem; bottom: 0.15rem; font-size: 0.75rem; line-height: 1.3; font-weight: 600; white-space: nowrap; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; margin-top: 0.65rem; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
.legend li { display: flex; align-items: center; gap: 0.4rem; }
.swatch { flex: none; width: 1.05rem; height: 0.8rem; border-radius: 2px; box-shadow: inset 0 0 0 1px var(--edge); }
.hatched { background: ${HATCH}; }
.swatch.solid, .swatch.kept { background: var(--mark); }
.swatch.dropped { background: var(--mark-aside); }
.swatch.quarantined { background: var(--badge); }
.map > .quiet { margin-top: 0.5rem; }
.under-maps { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1.25rem; margin-top: 1.25rem; }
.under-maps p { flex: 1 1 18rem; color: var(--quiet); font-size: 0.9rem; max-width: 62ch; }
.locator { flex: none; width: 9.4rem; height: auto; }
.locator .land { fill: var(--panel); stroke-dasharray: none; stroke-width: 0.8; }
.locator .here { fill: none; stroke: var(--ink); stroke-width: 1.8; }
.columns { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 0.6rem; font-size: 0.8rem; font-variant-numeric: tabular-nums; }
.axis { display: flex; flex-direction: column; justify-content: space-between; text-align: right; color: var(--quiet); line-height: 1; margin-block: -0.4rem; }
.plot { display: flex; align-items: flex-end; gap: clamp(1px, 0.35vw, 4px); height: 13rem; border-bottom: 1px solid var(--edge);
  background: repeating-linear-gradient(to bottom, var(--rule) 0 1px, transparent 1px 25%); }
.plot i { flex: 1 1 0; min-width: 0; background: var(--mark); border-radius: 2px 2px 0 0; }
.plot .hatched { height: 0.7rem; background: ${HATCH}; }
.hours { grid-column: 2; display: flex; gap: clamp(1px, 0.35vw, 4px); color: var(--quiet); line-height: 1.2; }
.hours span { flex: 1 1 0; min-width: 0; text-align: center; overflow: visible; white-space: nowrap; display: flex; justify-content: center; }
.bars { display: grid; gap: 0.42rem; font-size: 0.9rem; }
.bars li { display: grid; grid-template-columns: minmax(0, 14rem) minmax(3rem, 1fr) 3.6rem; align-items: center; gap: 0 0.75rem; line-height: 1.3; }
.bars .name { overflow-wrap: anywhere; }
.bars small { display: block; font-size: 0.8rem; line-height: 1.25; }
.bars .bar { height: 0.95rem; background: var(--panel); border-radius: 2px; }
.bars .bar i { display: block; height: 100%; min-width: 2px; background: var(--mark); border-radius: 2px; }
.bars .aside .bar i { background: var(--mark-aside); }
.bars .value { text-align: right; font-variant-numeric: tabular-nums; }
.bars .to { color: var(--quiet); }
@media (max-width: 34rem) {
  .bars li { grid-template-columns: 1fr 3.6rem; }
  .bars .name { grid-column: 1 / -1; }
  .bars .bar { height: 0.7rem; }
}
.split { display: flex; gap: 2px; height: 1.1rem; margin-top: 1rem; border-radius: 3px; overflow: hidden; }
.split i { flex-basis: 0; min-width: 0; }
.split .kept { background: var(--mark); }
.split .dropped { background: var(--mark-aside); }
.split .quarantined { background: var(--badge); }
`;
