import type { SeededRandom } from './seeded-random.ts';

/** A quantity that wanders about its mean: how far (standard deviation) and for how long (seconds). */
export interface DriftShape {
  readonly mean: number;
  readonly deviation: number;
  readonly correlationTime: number;
}

/** A mean-reverting random walk (Ornstein-Uhlenbeck); each call advances it by `seconds` and gives the value. */
export function drift(random: SeededRandom, { mean, deviation, correlationTime }: DriftShape) {
  let offset = deviation * random.gaussian();
  return (seconds: number): number => {
    const kept = Math.exp(-seconds / correlationTime);
    offset = offset * kept + deviation * Math.sqrt(1 - kept ** 2) * random.gaussian();
    return mean + offset;
  };
}
