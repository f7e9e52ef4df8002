import type { Clock } from 'thingwright';
import type { Drive, Identity } from '../port.ts';
import { guardedDrive } from './guarded-drive.ts';

/** What an actuator with a level needs: its drive (percent) and a clock. */
export interface LevelActuatorOptions extends Identity {
  readonly drive: Drive<number>;
  readonly clock: Clock;
}

/** Bounds in seconds: the longest time on at first, and the rest after it. */
export interface LevelEnvelope {
  readonly maxOnTime: number;
  readonly rest: number;
}

/** The part of a Thing's handle that these handlers use. */
interface LevelThing {
  get(property: 'maxOnTime'): number;
  notify(property: 'level' | 'remainingTime', value: number): void;
  emit(event: 'safetyStopped', data: { readonly maxOnTime: number }): void;
}

/** ThingOptions of every actuator with a level. */
export const levelOptions = {
  persist: ['maxOnTime'],
  notify: { remainingTime: { minInterval: 500 } },
} as const;

/** Handlers for `levelAffordances`. */
export function levelHandlers(
  thing: LevelThing,
  { drive, clock }: LevelActuatorOptions,
  envelope: LevelEnvelope,
) {
  const limit = () => thing.get('maxOnTime');
  const guarded = guardedDrive({
    drive,
    off: 0,
    clock,
    rest: envelope.rest,
    limit,
    changed,
    counted,
    safetyStopped,
  });
  let end = { cancel() {} };

  function changed(): void {
    thing.notify('level', guarded.value());
  }

  function counted(): void {
    thing.notify('remainingTime', guarded.remaining());
  }

  function safetyStopped(): void {
    thing.emit('safetyStopped', { maxOnTime: limit() });
  }

  function set(level: number): Promise<void> {
    end.cancel();
    return guarded.set(level);
  }

  async function runFor({ level, seconds }: { readonly level: number; readonly seconds: number }) {
    await set(level);
    // Where switching off fails, the safety timer still runs.
    end = clock.after(seconds * 1000, () => void set(0).catch(() => {}));
    return { remainingTime: Math.min(seconds, guarded.remaining()) };
  }

  return {
    properties: {
      level: { read: guarded.value, write: set },
      maxOnTime: { initial: envelope.maxOnTime, written: guarded.shorten },
      remainingTime: { read: guarded.remaining },
    },
    actions: { runFor },
    close: () => set(0),
  };
}
