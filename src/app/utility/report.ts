/** What a setting costs: for the running and for other parameters, how much is withheld and how far numbers are from the truth. */
import type { Randomness } from '../../ports/clock.ts';
import type { Store } from '../../model/place.ts';
import type { Policy, Tier } from '../../model/policy.ts';
import type { Accuracy } from '../../release/accuracy.ts';
import { accuracyOf } from '../../release/accuracy.ts';
import type { GateDriver } from '../../runtime/engine.ts';
import { landOf } from '../../topology/parts.ts';
import type { VisitCount } from './counting-gate.ts';
import { CountingGate } from './counting-gate.ts';

/** One set of parameters, and what it would do. */
export interface Alternative {
  readonly name: string;
  readonly tier: Tier;
  readonly k: number;
  readonly accuracy: Accuracy;
  readonly count: VisitCount;
}

const KEY_BYTES = 32;
const OTHER_K = [5, 10, 20] as const;
/** Bounds of the tier dp (G-14). */
const DP_BOUNDS = { perTable: 4, visitsPerWindow: 1 } as const;

interface Candidate {
  readonly name: string;
  readonly policy: Policy;
  readonly gate: CountingGate;
}

const withK = (policy: Policy, k: number): Policy => {
  const { gate } = policy;
  const tier = gate.tier === 'dp' ? 'perturbed' : gate.tier;
  return { ...policy, gate: { ...gate, tier, k, kBreakdown: Math.max(k, gate.kBreakdown) } };
};
const withDp = (policy: Policy): Policy => ({
  ...policy,
  gate: { ...policy.gate, tier: 'dp' },
  bounds: { ...policy.bounds, ...DP_BOUNDS },
});
const withTier = (policy: Policy, tier: Tier): Policy => ({ ...policy, gate: { ...policy.gate, tier } });

/** Gates of other parameters beside one run. They are told what its gate is told, and publish nothing. */
export class Alternatives implements GateDriver {
  readonly #candidates: readonly Candidate[];

  constructor(policy: Policy, stores: readonly Store[], randomness: Randomness) {
    const land = landOf({ policy, stores });
    const key = randomness.bytes(KEY_BYTES);
    const candidate = (name: string, other: Policy): Candidate => ({
      name,
      policy: other,
      gate: new CountingGate(land, other, Buffer.from(key)),
    });
    this.#candidates = [
      candidate('running', policy),
      ...OTHER_K.map((k) => candidate(`k ${String(k)}`, withK(policy, k))),
      ...(policy.gate.tier === 'dp' ? [] : [candidate('dp', withDp(policy))]),
    ];
  }

  openEpoch(...told: Parameters<GateDriver['openEpoch']>): void {
    for (const { gate } of this.#candidates) gate.openEpoch(...told);
  }

  accept(...told: Parameters<GateDriver['accept']>): void {
    for (const { gate } of this.#candidates) gate.accept(...told);
  }

  advance(...told: Parameters<GateDriver['advance']>): void {
    for (const { gate } of this.#candidates) gate.advance(...told);
  }

  dropEpoch(...told: Parameters<GateDriver['dropEpoch']>): void {
    for (const { gate } of this.#candidates) gate.dropEpoch(...told);
  }

  /** Each with both tiers that have a threshold: which of them it is changes no row, only its numbers. */
  report(): readonly Alternative[] {
    return this.#candidates.flatMap(({ name, policy, gate }) => {
      const tiers: readonly Tier[] =
        name === 'running' || policy.gate.tier === 'dp' ? [policy.gate.tier] : ['threshold', 'perturbed'];
      return tiers.map((tier) => ({
        name: name === 'running' || tier === 'dp' ? name : `${tier} ${name}`,
        tier,
        k: policy.gate.k,
        accuracy: accuracyOf(withTier(policy, tier).gate, policy.bounds),
        count: gate.count(),
      }));
    });
  }
}
