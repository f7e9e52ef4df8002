import { measurement } from '../../../src/simulation/measurement.ts';
import type { SeededRandom } from '../../../src/simulation/seeded-random.ts';
import { Signal } from '../../../src/simulation/signal.ts';
import type { Drive } from '../../../things/port.ts';
import { saturatedVapour } from './weather.ts';
import { type Actuation, FLOW, nextZone, type Surroundings, type ZoneState } from './zone.ts';

/** What a zone begins with, and what brings the site up to date. */
export interface ZoneOptions {
  readonly random: SeededRandom;
  readonly soilMoisture: number;
  catchUp(): void;
}

/** The ports of one zone's devices, and its place in the site's steps. */
export interface SimulatedZone {
  readonly sensors: Readonly<Record<keyof typeof instruments, Signal<number>>>;
  readonly drives: { readonly [A in keyof Actuation]: Drive<Actuation[A]> };
  /** Litres through the valve since the start; told at every step with flow. */
  readonly meter: Signal<number>;
  /** Where the vent is, in percent. */
  readonly ventPosition: Signal<number>;
  state(): ZoneState;
  step(surroundings: Omit<Surroundings, 'actuation'>, seconds: number): void;
  /** Tells all who watch. */
  tell(): void;
}

const instruments = {
  temperature: { noise: 0.05, resolution: 0.1, minimum: -40, maximum: 80 },
  relativeHumidity: { noise: 0.3, resolution: 0.1, minimum: 0, maximum: 100 },
  co2: { noise: 3, resolution: 1, minimum: 0, maximum: 5_000 },
  par: { noise: 1, resolution: 1, minimum: 0, maximum: 3_000 },
  soilMoisture: { noise: 0.1, resolution: 0.1, minimum: 0, maximum: 100 },
};

const VENT_SPEED = 100 / 120; // percent per second: two minutes from shut to open

/** A zone with its sensors and actuators. */
export function simulatedZone({ random, soilMoisture, catchUp }: ZoneOptions): SimulatedZone {
  const measure = measurements(random);
  let state: ZoneState = { temperature: 17, vapour: 10, co2: 420, par: 0, soilMoisture };
  let commands: Actuation = { vent: 0, heater: 0, fan: 0, growLight: 0, valve: false };
  let vent = 0;
  let delivered = 0;
  let readings = measure(state);

  function signal<T>(read: () => T): Signal<T> {
    return new Signal(() => {
      catchUp();
      return read();
    });
  }
  function drive<A extends keyof Actuation>(actuator: A): Drive<Actuation[A]> {
    return {
      set(value) {
        catchUp();
        commands = { ...commands, [actuator]: value };
      },
    };
  }

  const meter = signal(() => Math.round(delivered * 100) / 100);
  const ventPosition = signal(() => Math.round(vent * 10) / 10);
  const sensors = {
    temperature: signal(() => readings.temperature),
    relativeHumidity: signal(() => readings.relativeHumidity),
    co2: signal(() => readings.co2),
    par: signal(() => readings.par),
    soilMoisture: signal(() => readings.soilMoisture),
  };
  return {
    sensors,
    meter,
    ventPosition,
    drives: {
      vent: drive('vent'),
      heater: drive('heater'),
      fan: drive('fan'),
      growLight: drive('growLight'),
      valve: drive('valve'),
    },
    state: () => state,
    step(surroundings, seconds) {
      const travel = VENT_SPEED * seconds;
      vent += Math.min(travel, Math.max(-travel, commands.vent - vent));
      state = nextZone(state, { ...surroundings, actuation: { ...commands, vent } }, seconds);
      readings = measure(state);
      if (!commands.valve) return;
      delivered += FLOW * seconds;
      meter.tell();
    },
    tell() {
      ventPosition.tell();
      for (const sensor of Object.values(sensors)) sensor.tell();
    },
  };
}

function measurements(random: SeededRandom) {
  const temperature = measurement(random.stream('temperature'), instruments.temperature);
  const relativeHumidity = measurement(random.stream('relativeHumidity'), instruments.relativeHumidity);
  const co2 = measurement(random.stream('co2'), instruments.co2);
  const par = measurement(random.stream('par'), instruments.par);
  const soilMoisture = measurement(random.stream('soilMoisture'), instruments.soilMoisture);
  return (state: ZoneState) => ({
    temperature: temperature(state.temperature),
    relativeHumidity: relativeHumidity((100 * state.vapour) / saturatedVapour(state.temperature)),
    co2: co2(state.co2),
    par: par(state.par),
    soilMoisture: soilMoisture(state.soilMoisture),
  });
}
