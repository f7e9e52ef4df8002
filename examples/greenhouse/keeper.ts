import { WotError } from 'thingwright';
import { type Command, decide, type Targets } from './decide.ts';
import type { ZoneLink } from './zone-link.ts';

/** How to keep a zone, until the signal aborts. */
export interface KeeperOptions {
  readonly targets: Targets;
  readonly signal: AbortSignal;
  log(line: string): void;
}

const HOUR = 3_600_000;
/** Milliseconds between two commands to one actuator: longer than a heater or valve has to rest. */
const DWELL = 360_000;
/** Milliseconds until a refused command is tried again, where the actuator does not say when. */
const PATIENCE = 600_000;

const verbs: Readonly<Record<Command['actuator'], (value: number) => string>> = {
  valve: (litres) => `irrigate ${litres} L`,
  vent: (percent) => `vent ${percent} %`,
  heater: (percent) => `heat ${percent} %`,
  fan: (percent) => `fan ${percent} %`,
  growLight: (percent) => `light ${percent} %`,
};

/** Looks after one zone; call it as time passes (ms since 1970). */
export function keeper(
  zone: string,
  link: ZoneLink,
  { targets, signal, log }: KeeperOptions,
): (time: number) => void {
  const waiting = new Map<Command['actuator'], number>();
  const daylight = lightIntegral();
  let now = 0;

  async function act(command: Command): Promise<void> {
    const { actuator, value, why } = command;
    const line = `${new Date(now).toISOString().slice(0, 16)} ${zone} ${verbs[actuator](value)}`;
    waiting.set(actuator, Number.POSITIVE_INFINITY);
    log(`${line}: ${why}`);
    try {
      await link.act(command);
      waiting.set(actuator, now + DWELL);
    } catch (error) {
      if (signal.aborted) return;
      log(`${line} failed: ${error instanceof Error ? error.message : String(error)}`);
      const resting = actuator !== 'vent' && error instanceof WotError && error.code === 'SAFETY_REST';
      const later = now + PATIENCE;
      waiting.set(actuator, resting ? await link.restedAt(actuator).catch(() => later) : later);
    }
  }

  return (time) => {
    now = time;
    const dli = daylight(time, link.latest.par ?? 0);
    const hour = (time % (24 * HOUR)) / HOUR;
    for (const command of decide({ ...link.latest, hour, dli }, targets)) {
      if (time >= (waiting.get(command.actuator) ?? 0)) void act(command);
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
