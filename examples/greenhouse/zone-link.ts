import type { fanTd } from '../../things/actuators/fan.td.ts';
import type { growLightTd } from '../../things/actuators/grow-light.td.ts';
import type { heaterTd } from '../../things/actuators/heater.td.ts';
import type { irrigationValveTd } from '../../things/actuators/irrigation-valve.td.ts';
import type { ventTd } from '../../things/actuators/vent.td.ts';
import type { airTemperatureTd } from '../../things/sensors/air-temperature.td.ts';
import type { co2Td } from '../../things/sensors/co2.td.ts';
import type { lightTd } from '../../things/sensors/light.td.ts';
import type { relativeHumidityTd } from '../../things/sensors/relative-humidity.td.ts';
import type { soilMoistureTd } from '../../things/sensors/soil-moisture.td.ts';
import type { Command, ZoneReadings } from './decide.ts';
import { type Followed, type FollowOptions, follow } from './follow.ts';
import { type ReachOptions, reach } from './reach.ts';

type Latest = { -readonly [R in Exclude<keyof ZoneReadings, 'hour' | 'dli'>]?: ZoneReadings[R] };

/** Actuators with a safety envelope. */
type Guarded = Exclude<Command['actuator'], 'vent'>;

/** A zone over the network: its latest readings, and its actuators. */
export interface ZoneLink {
  readonly latest: Latest;
  /** Carries out a command; resolves when it is done, for an irrigation when the water is delivered. */
  act(command: Command): Promise<void>;
  /** When an actuator that refused has rested, ms since 1970. */
  restedAt(actuator: Guarded): Promise<number>;
}

/** A heating command ends by itself after this many seconds: a zone whose controller is gone is not heated on. */
const HEATING = 1_800;

/** Follows the Things of a zone, e.g. `zone-1` at `http://127.0.0.1:8080`. */
export function zoneLink(base: string, zone: string, options: FollowOptions & ReachOptions): ZoneLink {
  const latest: Latest = {};
  const url = (device: string) => `${base}/things/${zone}-${device}`;
  const temperature = reach<typeof airTemperatureTd>(url('air-temperature'), options);
  const humidity = reach<typeof relativeHumidityTd>(url('relative-humidity'), options);
  const co2 = reach<typeof co2Td>(url('co2'), options);
  const light = reach<typeof lightTd>(url('light'), options);
  const soil = reach<typeof soilMoistureTd>(url('soil-moisture'), options);
  const valve = reach<typeof irrigationValveTd>(url('irrigation-valve'), options);
  const vent = reach<typeof ventTd>(url('vent'), options);
  const heater = reach<typeof heaterTd>(url('heater'), options);
  const fan = reach<typeof fanTd>(url('fan'), options);
  const growLight = reach<typeof growLightTd>(url('grow-light'), options);

  function keep<R extends keyof Latest>(reading: R, open: Followed<NonNullable<Latest[R]>>['open']): void {
    const put = (value: Latest[R]) => {
      latest[reading] = value;
    };
    void follow({ what: `${zone} ${reading}`, open, put }, options);
  }
  keep('temperature', async (signal) => (await temperature()).properties.temperature.observe({ signal }));
  keep('relativeHumidity', async (signal) =>
    (await humidity()).properties.relativeHumidity.observe({ signal }),
  );
  keep('co2', async (signal) => (await co2()).properties.co2.observe({ signal }));
  keep('par', async (signal) => (await light()).properties.par.observe({ signal }));
  keep('soilMoisture', async (signal) => (await soil()).properties.soilMoisture.observe({ signal }));
  keep('valve', async (signal) => (await valve()).properties.open.observe({ signal }));
  keep('vent', async (signal) => (await vent()).properties.target.observe({ signal }));
  keep('heater', async (signal) => (await heater()).properties.level.observe({ signal }));
  keep('fan', async (signal) => (await fan()).properties.level.observe({ signal }));
  keep('growLight', async (signal) => (await growLight()).properties.level.observe({ signal }));

  const acts: Readonly<Record<Command['actuator'], (value: number) => Promise<void>>> = {
    async valve(litres) {
      const run = await (await valve()).actions.irrigate.invoke({ litres });
      await run.result;
    },
    async heater(level) {
      const { actions, properties } = await heater();
      if (level === 0) await properties.level.write(0);
      else await actions.runFor.invoke({ level, seconds: HEATING });
    },
    vent: async (level) => (await vent()).properties.target.write(level),
    fan: async (level) => (await fan()).properties.level.write(level),
    growLight: async (level) => (await growLight()).properties.level.write(level),
  };
  const guarded = { valve, heater, fan, growLight };
  return {
    latest,
    async act({ actuator, value }) {
      await acts[actuator](value);
      // The next decision need not wait for the notification.
      if (actuator !== 'valve') latest[actuator] = value;
    },
    async restedAt(actuator) {
      const { properties } = await guarded[actuator]();
      return Date.parse(await properties.restedAt.read());
    },
  };
}
