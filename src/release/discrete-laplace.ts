/** The exact sampler of the discrete Laplace distribution: integers only, so no digit of a float tells what was added. */

/** Uniform integers; see `PrfStream`. */
export interface Uniform {
  /** Uniform in 0…bound − 1. */
  below(bound: bigint): bigint;
}

/** The scale as a fraction: noise x has probability proportional to exp(−|x| · per / scale). */
export interface Scale {
  readonly scale: bigint;
  readonly per: bigint;
}

/**
 * Draws from the discrete Laplace distribution of scale `scale`/`per` by rejection, after Canonne, Kamath and Steinke,
 * "The Discrete Gaussian for Differential Privacy" (2020), algorithm 2. With sensitivity Δ and a scale of Δ/ε it gives
 * ε-differential privacy (Ghosh, Roughgarden and Sundararajan 2009). Floats are not used: their gaps can tell the true
 * value (Mironov 2012).
 *
 * @guarantee G-14
 */
export const discreteLaplace = ({ scale, per }: Scale, uniform: Uniform): bigint => {
  for (;;) {
    const remainder = uniform.below(scale);
    if (!bernoulliExp(remainder, scale, uniform)) continue;
    let quotient = 0n;
    while (bernoulliExp(1n, 1n, uniform)) quotient += 1n;
    const magnitude = (remainder + scale * quotient) / per;
    const isNegative = uniform.below(2n) === 1n;
    // Otherwise 0 would come twice as often.
    if (isNegative && magnitude === 0n) continue;
    return isNegative ? -magnitude : magnitude;
  }
};

/** True with probability exp(−top/bottom), for 0 ≤ top ≤ bottom: von Neumann's trick, the length of a falling run. */
const bernoulliExp = (top: bigint, bottom: bigint, uniform: Uniform): boolean => {
  let run = 1n;
  while (uniform.below(bottom * run) < top) run += 1n;
  return run % 2n === 1n;
};
