import type { Clock } from 'thingwright';
import { fixedStep } from '../../../src/simulation/fixed-step.ts';
import { seededRandom } from '../../../src/simulation/seeded-random.ts';
import { Signal } from '../../../src/simulation/signal.ts';
import type { Weather } from '../../../things/sensors/weather-station.ts';
import { type Gate, gate } from './gate.ts';
import { type SimulatedZone, simulatedZone } from './simulated-zone.ts';
import { type Outside, weather } from './weather.ts';

/** How a site runs: its seed, its clock, when it begins, how often it tells (simulated ms), and how dry the zones are at first. */
export interface SiteOptions {
  readonly seed: number;
  readonly clock: Clock;
  readonly start: number;
  readonly tell: number;
  readonly soilMoisture: readonly number[];
}

/** A simulated greenhouse: the ports of its devices. */
export interface Site {
  readonly zones: readonly SimulatedZone[];
  readonly gate: Gate;
  readonly weather: Signal<Weather>;
  /** Ends the passing of time. */
  stop(): void;
}

/** Milliseconds per step. */
const STEP = 5_000;
const SECONDS = STEP / 1_000;

/** Couples weather, zones and gate; the same seed and the same commands at the same times give the same values. */
export function site({ seed, clock, start, tell, soilMoisture }: SiteOptions): Site {
  const random = seededRandom(seed);
  const nextWeather = weather(random.stream('weather'));
  const passage = gate(random.stream('gate'));
  let now = start;
  let outside = nextWeather(start, 0);

  const catchUp = fixedStep({ clock, start, period: STEP, step });
  const zones = soilMoisture.map((moisture, index) =>
    simulatedZone({ random: random.stream(`zone-${index + 1}`), soilMoisture: moisture, catchUp }),
  );
  const station = new Signal(() => {
    catchUp();
    return observed(now, outside);
  });

  function step(time: number): void {
    now = time;
    outside = nextWeather(time, SECONDS);
    passage.step(time, SECONDS);
    const states = zones.map((zone) => zone.state());
    zones.forEach((zone, index) => {
      const neighbour = states[(index + 1) % states.length] ?? zone.state();
      zone.step({ outside, neighbour }, SECONDS);
    });
  }

  const telling = clock.every(Math.max(STEP, tell), () => {
    catchUp();
    for (const zone of zones) zone.tell();
    station.tell();
  });
  return { zones, gate: passage, weather: station, stop: () => telling.cancel() };
}

function observed(time: number, outside: Outside): Weather {
  const tenth = (value: number) => Math.round(value * 10) / 10;
  return {
    time: new Date(time).toISOString(),
    temperature: tenth(outside.temperature),
    relativeHumidity: tenth(outside.relativeHumidity),
    solarRadiation: tenth(outside.solarRadiation),
    windSpeed: tenth(outside.windSpeed),
  };
}
