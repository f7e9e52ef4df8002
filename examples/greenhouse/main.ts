import { type Clock, type Servient, systemClock, WotError } from 'thingwright';
import { scaledClock } from '../../src/simulation/scaled-clock.ts';
import { fan } from '../../things/actuators/fan.ts';
import { growLight } from '../../things/actuators/grow-light.ts';
import { heater } from '../../things/actuators/heater.ts';
import { irrigationValve } from '../../things/actuators/irrigation-valve.ts';
import { vent } from '../../things/actuators/vent.ts';
import type { Source } from '../../things/port.ts';
import { tagReader } from '../../things/rfid/tag-reader.ts';
import { airTemperature } from '../../things/sensors/air-temperature.ts';
import { co2 } from '../../things/sensors/co2.ts';
import { light } from '../../things/sensors/light.ts';
import { relativeHumidity } from '../../things/sensors/relative-humidity.ts';
import { soilMoisture } from '../../things/sensors/soil-moisture.ts';
import { type Weather, weatherStation } from '../../things/sensors/weather-station.ts';
import { controller } from './controller.ts';
import { siteBoard } from './dashboards/site-board.ts';
import { zoneBoard } from './dashboards/zone-board.ts';
import type { SimulatedZone } from './model/simulated-zone.ts';
import { site } from './model/site.ts';

/** Boards of the web page that come with the greenhouse. */
export const dashboards = { 'greenhouse-zone': zoneBoard, 'greenhouse-site': siteBoard };

/** How the greenhouse runs; environment variables THINGWRIGHT_SPEED and THINGWRIGHT_SEED stand in for what is not given. */
export interface GreenhouseOptions {
  /** Simulated seconds per second; default 60: a day takes 24 minutes. */
  readonly speed?: number;
  /** The same seed and the same commands give the same values; default 1. */
  readonly seed?: number;
  readonly clock?: Clock;
  /** When simulated time begins, ms since 1970; default a spring morning. */
  readonly start?: number;
  /** Percent in each zone at first. */
  readonly soilMoisture?: readonly number[];
  /** Whether the controller runs too; default true. */
  readonly controlled?: boolean;
  /** Receives the controller's lines; default standard output. */
  log?(line: string): void;
}

/** Exposes the Things of a simulated greenhouse and starts its controller. */
export default async function greenhouse(servient: Servient, options: GreenhouseOptions = {}): Promise<void> {
  const { start = Date.UTC(2026, 3, 15, 8), clock: base = systemClock, log = console.log } = options;
  const speed = options.speed ?? fromEnvironment('THINGWRIGHT_SPEED', 60);
  const seed = options.seed ?? fromEnvironment('THINGWRIGHT_SEED', 1);
  const clock = scaledClock(base, { start, speed });
  // Four times a second are enough for who watches.
  const model = site({
    seed,
    clock,
    start,
    tell: 250 * speed,
    soilMoisture: options.soilMoisture ?? [33, 46],
  });
  const closed = new AbortController();
  const weather = endingWith(model.weather, () => {
    model.stop();
    closed.abort();
  });

  const definitions = [
    weatherStation({ name: 'weather-station', title: 'Weather station', location: 'Roof', source: weather }),
    tagReader({ name: 'gate-reader', title: 'Gate reader', location: 'Gate', field: model.gate, clock }),
    ...model.zones.flatMap((zone, index) => zoneThings(zone, index + 1, clock)),
  ];
  await Promise.all(definitions.map((definition) => servient.expose(definition)));

  const address = servient.addresses.find((candidate) => candidate.startsWith('http'));
  if (options.controlled === false) return;
  if (address === undefined) log('The controller is not started: it speaks HTTP, and the servient does not.');
  else void controller(address, { signal: closed.signal, log });
}

function zoneThings({ sensors, drives, meter, ventPosition }: SimulatedZone, number: number, clock: Clock) {
  const named = (device: string) => ({
    name: `zone-${number}-${device.replaceAll(' ', '-')}`,
    title: `Zone ${number} ${device}`,
    location: `Zone ${number}`,
  });
  return [
    airTemperature({ ...named('air temperature'), source: sensors.temperature }),
    relativeHumidity({ ...named('relative humidity'), source: sensors.relativeHumidity }),
    co2({ ...named('co2'), source: sensors.co2 }),
    light({ ...named('light'), source: sensors.par }),
    soilMoisture({ ...named('soil moisture'), source: sensors.soilMoisture }),
    irrigationValve({ ...named('irrigation valve'), drive: drives.valve, meter, clock }),
    vent({ ...named('vent'), drive: drives.vent, position: ventPosition }),
    heater({ ...named('heater'), drive: drives.heater, clock }),
    fan({ ...named('fan'), drive: drives.fan, clock }),
    growLight({ ...named('grow light'), drive: drives.growLight, clock }),
  ];
}

/** A source whose end, with its Thing, ends more. */
function endingWith(source: Source<Weather>, end: () => void): Source<Weather> {
  return {
    read: () => source.read(),
    watch(told) {
      const unwatch = source.watch(told);
      return () => {
        unwatch();
        end();
      };
    },
  };
}

function fromEnvironment(variable: string, fallback: number): number {
  const text = process.env[variable]?.trim() ?? '';
  const value = text === '' ? fallback : Number(text);
  if (Number.isFinite(value)) return value;
  throw new WotError(
    'invalid',
    'ENVIRONMENT_INVALID',
    `${variable} is "${text}"; give it a number, e.g. ${fallback}.`,
  );
}
