import { httpClient } from 'thingwright';
import type { weatherStationTd } from '../../things/sensors/weather-station.td.ts';
import type { Targets } from './decide.ts';
import { follow } from './follow.ts';
import { keeper } from './keeper.ts';
import { reach } from './reach.ts';
import { zoneLink } from './zone-link.ts';

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

/** Milliseconds without a word from the clock; it ticks every five seconds or faster. */
const QUIET = 15_000;

/** Keeps the zones of a greenhouse in their bands, over the network alone, by the clock of its weather station, until the signal aborts. */
export async function controller(base: string, options: ControllerOptions = {}): Promise<void> {
  const { zones = ['zone-1', 'zone-2'], targets = tomatoes, log = console.log } = options;
  const { signal = new AbortController().signal, retry = 2_000 } = options;
  // One client for all Things: their requests share its connections.
  const client = httpClient();
  const following = { client, signal, retry, log };
  const keepers = zones.map((zone) =>
    keeper(zone, zoneLink(base, zone, following), { targets, signal, log }),
  );
  const station = reach<typeof weatherStationTd>(`${base}/things/weather-station`, following);
  const open = async (listening: AbortSignal) =>
    (await station()).properties.time.observe({ signal: listening });
  const put = (time: string | undefined) => {
    if (time !== undefined) for (const keep of keepers) keep(Date.parse(time));
  };
  await follow({ what: 'weather-station time', open, put, quiet: QUIET }, following);
  await client.stop();
}

if (process.argv[1] === import.meta.filename) {
  await controller(process.argv[2] ?? 'http://127.0.0.1:8080');
}
