/** Logistic regression, for attackers that learn from examples how to weigh what they see. */

export interface Example {
  readonly features: readonly number[];
  readonly isTrue: boolean;
}

const STEPS = 400;
const RATE = 0.3;
const RIDGE = 1e-3;

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** Scales features to mean 0 and deviation 1 by what the known examples show. */
const scaler = (known: readonly Example[]): ((features: readonly number[]) => readonly number[]) => {
  const width = known[0]?.features.length ?? 0;
  const columns = Array.from({ length: width }, (_, i) => known.map(({ features }) => features[i] ?? 0));
  const scales = columns.map((column) => {
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length);
    return { mean, deviation: deviation === 0 ? 1 : deviation };
  });
  return (features) => [
    1,
    ...features.map((x, i) => (x - (scales[i]?.mean ?? 0)) / (scales[i]?.deviation ?? 1)),
  ];
};

/** Learns from known examples; gives the probability of another. */
export const learn = (known: readonly Example[]): ((features: readonly number[]) => number) => {
  const scaled = scaler(known);
  const points = known.map(({ features, isTrue }) => ({ x: scaled(features), y: isTrue ? 1 : 0 }));
  let weights = (points[0]?.x ?? []).map(() => 0);
  for (let step = 0; step < STEPS; step++) {
    const slope = weights.map((weight) => RIDGE * weight);
    for (const { x, y } of points) {
      const wrong = 1 / (1 + Math.exp(-dot(weights, x))) - y;
      x.forEach((value, i) => (slope[i] = (slope[i] ?? 0) + (wrong * value) / points.length));
    }
    weights = weights.map((weight, i) => weight - RATE * (slope[i] ?? 0));
  }
  return (features) => 1 / (1 + Math.exp(-dot(weights, scaled(features))));
};

/** Share of examples told right by what was learned from the others (two halves, each told by the other). */
export const crossAccuracy = (examples: readonly Example[]): number => {
  const halves = [0, 1].map((half) => examples.filter((_, i) => i % 2 === half));
  const right = halves.map((asked, half) => {
    const probability = learn(halves[1 - half] ?? []);
    return asked.filter(({ features, isTrue }) => probability(features) > 0.5 === isTrue).length;
  });
  return right.reduce((a, b) => a + b, 0) / Math.max(examples.length, 1);
};
