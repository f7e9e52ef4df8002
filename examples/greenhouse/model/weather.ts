import { clearSkyIrradiance, sunElevation } from '../../../src/simulation/daylight.ts';
import { drift } from '../../../src/simulation/drift.ts';
import type { SeededRandom } from '../../../src/simulation/seeded-random.ts';

/** The state outside: °C, g/m³, percent, W/m², m/s, ppm. */
export interface Outside {
  readonly temperature: number;
  readonly vapour: number;
  readonly relativeHumidity: number;
  readonly solarRadiation: number;
  readonly windSpeed: number;
  readonly co2: number;
}

const LATITUDE = 52;
const HOUR = 3_600;

/** Weather of a temperate spring; each call advances it by `seconds` to `time` (ms since 1970). */
export function weather(random: SeededRandom): (time: number, seconds: number) => Outside {
  const warmth = drift(random.stream('warmth'), { mean: 11, deviation: 2, correlationTime: 12 * HOUR });
  const clouds = drift(random.stream('clouds'), { mean: 0.4, deviation: 0.3, correlationTime: 2 * HOUR });
  const wind = drift(random.stream('wind'), { mean: 3, deviation: 1.5, correlationTime: HOUR });
  const damp = drift(random.stream('damp'), { mean: 72, deviation: 6, correlationTime: 6 * HOUR });
  return (time, seconds) => {
    const hour = (time / 3_600_000) % 24;
    const cover = Math.min(1, Math.max(0, clouds(seconds)));
    // Warmest at three in the afternoon.
    const swing = 5 * Math.cos(((hour - 15) / 12) * Math.PI);
    const temperature = warmth(seconds) + swing;
    const relativeHumidity = Math.min(100, Math.max(25, damp(seconds) - 3 * swing));
    return {
      temperature,
      relativeHumidity,
      vapour: (saturatedVapour(temperature) * relativeHumidity) / 100,
      solarRadiation: clearSkyIrradiance(sunElevation(time, LATITUDE)) * (1 - 0.75 * cover ** 3),
      windSpeed: Math.max(0, wind(seconds)),
      co2: 420,
    };
  };
}

/** Water vapour in saturated air, g/m³, at a temperature in °C (Magnus formula). */
export function saturatedVapour(temperature: number): number {
  const pressure = 611.2 * Math.exp((17.62 * temperature) / (243.12 + temperature));
  return (pressure * 2.167) / (temperature + 273.15);
}
