/** The simulated day that the demo shows and the stand is fed with. */

/** A Wednesday; the seed makes the same city every time. */
export const SAMPLE_DAY = { startDate: '2024-05-15', seed: 20_240_515 } as const;
