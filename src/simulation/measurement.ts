import type { SeededRandom } from './seeded-random.ts';

/** What a sensor makes of the truth: noise (standard deviation), smallest step, range. */
export interface Instrument {
  readonly noise: number;
  readonly resolution: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** A sensor's reading of a true value: noisy, within its range, rounded to its resolution. */
export function measurement(random: SeededRandom, instrument: Instrument): (truth: number) => number {
  const { noise, resolution, minimum, maximum } = instrument;
  return (truth) => {
    const value = Math.min(maximum, Math.max(minimum, truth + noise * random.gaussian()));
    // Twelve digits drop what binary fractions add (0.1 * 3).
    return Number((Math.round(value / resolution) * resolution).toPrecision(12));
  };
}
