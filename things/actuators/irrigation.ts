import { type Clock, WotError } from 'thingwright';
import type { Source } from '../port.ts';
import type { GuardedDrive } from './guarded-drive.ts';

/** A guarded valve with its flow meter (litres in total). */
export interface Waterway {
  readonly valve: GuardedDrive<boolean>;
  readonly meter: Source<number>;
  readonly clock: Clock;
}

/** What an irrigation delivered, and for how long the valve was open. */
export interface Irrigated {
  readonly litres: number;
  readonly seconds: number;
}

/** Waters by the litre; `closed` must be called whenever the valve has closed. */
export function irrigation({ valve, meter, clock }: Waterway) {
  let run: AbortController | undefined;

  async function water(litres: number, signal: AbortSignal): Promise<Irrigated> {
    if (run !== undefined || valve.value()) throw openError();
    run = new AbortController();
    const start = clock.now();
    try {
      const from = await meter.read();
      const goal = from + litres;
      const flowed = metered({ valve, meter, clock }, goal, AbortSignal.any([signal, run.signal]));
      signal.throwIfAborted();
      await valve.set(true);
      await flowed;
      await valve.set(false);
      signal.throwIfAborted();
      const total = await meter.read();
      if (total < goal) throw shortError(total - from, litres);
      return {
        litres: Math.round(10 * (total - from)) / 10,
        seconds: Math.round((clock.now() - start) / 1000),
      };
    } finally {
      run.abort();
      run = undefined;
      await valve.set(false);
    }
  }

  return { irrigate: water, closed: () => run?.abort() };
}

/** Resolves when the meter has reached the goal (closing the valve at that reading) or `ended` aborts. */
function metered({ valve, meter }: Waterway, goal: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = meter.watch((total) => {
      if (total >= goal) finish(valve.set(false));
    });
    function finish(result?: Promise<void>): void {
      stop();
      resolve(result);
    }
    if (ended.aborted) finish();
    else ended.addEventListener('abort', () => finish(), { once: true });
  });
}

function openError(): WotError {
  return new WotError(
    'conflict',
    'VALVE_OPEN',
    'The valve is already open; wait until it closes or close it, then irrigate.',
  );
}

function shortError(delivered: number, litres: number): WotError {
  return new WotError(
    'conflict',
    'IRRIGATION_CUT_SHORT',
    `The valve was closed after ${delivered.toFixed(1)} of ${litres} L; irrigate the rest later, or raise maxOnTime.`,
  );
}
