import { consume } from 'thingwright';
import type { weatherStationTd } from '../../things/sensors/weather-station.td.ts';
import { type Command, decide, type Targets } from './decide.ts';
import { follow } from './follow.ts';
import { reach } from './reach.ts';
import { type ZoneLink, zoneLink } from './zone-link.ts';

/** Which zones to keep how, and where to say why. */
export interface ControllerOptions {
  readonly zones?: readonly string[];
  readonly targets?: Targets;
  /** Ends the controller. */
  readonly signal?: AbortSignal;
  /** Milliseconds between two tries to reach a Thing; default 2,000. */
  readonly retry?: number;
  /** Receives one line per act; default standard output. */
  log?(line: string): void;
}

/** What tomatoes like. */
export const tomatoes: Targets = {
  temperature: { min: 17, max: 25 },
  relativeHumidity: { max: 88 },
  co2: { min: 320 },
  soilMoisture: { min: 35, max: 55 },
  litresPerPercent: 20,
  litresAtOnce: 300,
  dli: 26,
  lightHours: { from: 5, to: 21 },
};

/** Simulated milliseconds until a refused command is tried again. */
const PATIENCE = 600_000;
const HOUR = 3_600_000;
/** Milliseconds without a word from the clock; it ticks every five seconds or faster. */
const QUIET = 15_000;

const verbs: Readonly<Record<Command['actuator'], (value: number) => string>> = {
  valve: (litres) => `irrigate ${litres} L`,
  vent: (percent) => `vent ${percent} %`,
  heater: (percent) => `heat ${percent} %`,
  fan: (percent) => `fan ${percent} %`,
  growLight: (percent) => `light ${percent} %`,
};

/** Keeps the zones of a greenhouse in their bands, over the network alone, by the clock of its weather station, until the signal aborts. */
export async function controller(base: string, options: ControllerOptions = {}): Promise<void> {
  const { zones = ['zone-1', 'zone-2'], targets = tomatoes, log = console.log } = options;
  const { signal = new AbortController().signal, retry = 2_000 } = options;
  const following = { signal, retry, log };
  const keepers = zones.map((zone) => keeper(zone, zoneLink(base, zone, following), { targets, log }));
  const station = reach(() => consume<typeof weatherStationTd>(`${base}/things/weather-station`), signal);
  const open = async (listening: AbortSignal) =>
    (await station()).properties.time.observe({ signal: listening });
  const put = (time: string | undefined) => {
    if (time !== undefined) for (const keep of keepers) keep(Date.parse(time));
  };
  await follow({ what: 'weather-station time', open, put, quiet: QUIET }, following);
}

/** Looks after one zone; call it as time passes (ms since 1970). */
function keeper(
  zone: string,
  link: ZoneLink,
  { targets, log }: Required<Pick<ControllerOptions, 'targets' | 'log'>>,
) {
  const waiting = new Map<Command['actuator'], number>();
  const daylight = lightIntegral();

  async function act(command: Command, time: number): Promise<void> {
    const { actuator, value, why } = command;
    const line = `${new Date(time).toISOString().slice(0, 16)} ${zone} ${verbs[actuator](value)}`;
    waiting.set(actuator, Number.POSITIVE_INFINITY);
    log(`${line}: ${why}`);
    try {
      await link.act(command);
      waiting.delete(actuator);
    } catch (error) {
      waiting.set(actuator, time + PATIENCE);
      log(`${line} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return (time: number): void => {
    const dli = daylight(time, link.latest.par ?? 0);
    const hour = (time % (24 * HOUR)) / HOUR;
    for (const command of decide({ ...link.latest, hour, dli }, targets)) {
      if (time >= (waiting.get(command.actuator) ?? 0)) void act(command, time);
    }
  };
}

/** Sums up light (µmol/(m² s)) to mol/m² since midnight; a gap of more than an hour counts as one. */
function lightIntegral(): (time: number, par: number) => number {
  let last: number | undefined;
  let sum = 0;
  return (time, par) => {
    const passed = Math.min(HOUR, Math.max(0, time - (last ?? time)));
    if (last !== undefined && Math.floor(time / (24 * HOUR)) > Math.floor(last / (24 * HOUR))) sum = 0;
    last = time;
    sum += (par * passed) / 1e9;
    return sum;
  };
}

if (process.argv[1] === import.meta.filename) {
  await controller(process.argv[2] ?? 'http://127.0.0.1:8080');
}
