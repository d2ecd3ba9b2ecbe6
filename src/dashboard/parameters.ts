/** The privacy parameters under which everything on the page was released, and what must not be read into it. */
import type { GatePolicy, Policy } from '../model/policy.ts';
import type { Content, Markup } from './markup.ts';
import { markup } from './markup.ts';
import { duration, hourOfDay } from './format.ts';

const SECOND_MS = 1_000;

const seconds = (ms: number): string => duration(ms / SECOND_MS);

const roundingText = ({ rounding }: GatePolicy): string => (rounding > 1 ? `to ${String(rounding)}` : 'off');

const TIER_WORDS: Readonly<Record<GatePolicy['tier'], string>> = {
  threshold: 'threshold',
  perturbed: 'perturbed',
  dp: 'differential privacy',
};

/** The line that stays in view while one scrolls. */
export const renderParameterStrip = ({ gate, version, zone, dayStartHour }: Policy): Markup => {
  const items: readonly (readonly [string, Content])[] = [
    ['k', markup`${gate.k} <span class="soft">+ draw 1–${gate.drawMax}</span>`],
    ['Tier', TIER_WORDS[gate.tier]],
    ['Rounding', roundingText(gate)],
    ['Epoch', markup`1 day from ${hourOfDay(dayStartHour)}<span class="wide"> ${zone}</span>`],
    ['Policy', `version ${String(version)}`],
  ];
  return markup`<aside class="strip-holder" aria-label="Privacy parameters"><dl class="strip">${items.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></aside>`;
};

/** Every parameter of the gate, in words. */
export const renderParameters = (policy: Policy, policyHash: string | null): Markup => {
  const { gate } = policy;
  const items: readonly (readonly [string, Content])[] = [
    ['Members a row needs', `${String(gate.k)}, and a secret draw of 1 to ${String(gate.drawMax)} more`],
    [
      'Members a part of a breakdown needs',
      `${String(gate.kBreakdown)} (transitions, terminals, demographics)`,
    ],
    [
      'Subjects without a member',
      gate.unlinkedRaiseK ? 'count towards k' : 'are counted, but never towards k',
    ],
    ['Published numbers', gate.rounding > 1 ? `multiples of ${String(gate.rounding)}` : 'not rounded'],
    ['Tier', tierText(gate)],
    ['Dwell bins', dwellText(policy)],
    [
      'Grace after a window',
      `${seconds(gate.graceShortMs)} for hours and dayparts, ${seconds(gate.graceDayMs)} for days`,
    ],
    [
      'One person adds at most',
      `${String(policy.bounds.perTable)} rows’ worth per table and day, and ${String(policy.bounds.visitsPerWindow)} visits to one unit and window`,
    ],
    [
      'Statistics epoch',
      `one day from ${hourOfDay(policy.dayStartHour)} ${policy.zone}; pseudonyms change with it`,
    ],
    [
      'Policy',
      markup`version ${policy.version}${policyHash === null ? null : markup`, <code>${policyHash}</code>`}`,
    ],
  ];
  return markup`<dl class="facts">${items.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
};

const tierText = ({ tier }: GatePolicy): string => {
  switch (tier) {
    case 'threshold':
      return 'threshold: minimum size and rounding, no noise';
    case 'perturbed':
      return 'perturbed: minimum size, small consistent noise (variance 4) and rounding';
    case 'dp':
      return 'dp: every listed row published with discrete Laplace noise';
    default:
      return tier satisfies never;
  }
};

const dwellText = ({ gate }: Policy): string =>
  `from the store’s least stay, then cut at ${gate.dwellEdgesMs.map((edge) => String(edge / SECOND_MS / 60)).join(', ')} min`;

/** The short list of wrong conclusions that these tables invite. */
export const renderLimits = ({ gate }: Policy): Markup => {
  const limits: readonly (readonly [string, string])[] = [
    [
      'Visitors are not people.',
      'They add up to visitor-windows: whoever comes in two hours, or to two stores, counts in both. The next day the same person is somebody new.',
    ],
    [
      gate.rounding > 1
        ? `A difference of ${String(gate.rounding)} means nothing.`
        : 'A small difference means nothing.',
      `${gate.rounding > 1 ? `Numbers are multiples of ${String(gate.rounding)}` : 'Numbers are not rounded'}${gate.tier === 'threshold' ? '' : ' and carry noise'}. Sums add up the errors of their rows; compare only what differs by much more.`,
    ],
    [
      'Withheld is not low.',
      `It is fewer than ${String(gate.k)}, zero or no data, and nobody can tell which. Do not fill it with zero, nor with an average.`,
    ],
    [
      'A rest row is not a total.',
      'It holds what no finer released row of its window holds. Never subtract it from, or compare it with, a row that holds all.',
    ],
    [
      'Elsewhere is not an exit.',
      'Transitions to elsewhere take the small destinations, the far ones and those with no next visit, together.',
    ],
    [
      'Members who agreed are not everybody.',
      'The tables count those who consented and whose terminal reported; they give no share of the public.',
    ],
  ];
  return markup`<ul class="limits">${limits.map(([claim, why]) => markup`<li><b>${claim}</b> ${why}</li>`)}</ul>`;
};
