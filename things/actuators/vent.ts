import { defineThing, WotError } from 'thingwright';
import { ownWords } from '../own-words.ts';
import type { Drive, Identity, Source } from '../port.ts';
import { ventTd } from './vent.td.ts';

/** What a vent needs: its motor and its position sensor, both in percent open. */
export interface VentOptions extends Identity {
  readonly drive: Drive<number>;
  readonly position: Source<number>;
}

/** A vent that takes its time to move. */
export function vent({ name, drive, position, ...words }: VentOptions) {
  return defineThing(
    { ...ventTd, ...ownWords(words) },
    (thing) => {
      let target = 0;
      let redirected = new AbortController();
      const unwatch = position.watch((value) => thing.notify('position', value));

      async function aim(next: number): Promise<void> {
        redirected.abort();
        redirected = new AbortController();
        await drive.set(next);
        target = next;
        thing.notify('target', target);
      }

      async function stop() {
        const here = await position.read();
        await aim(here);
        return { position: here };
      }

      async function moveTo(goal: number, signal: AbortSignal) {
        await aim(goal);
        const { signal: elsewhere } = redirected;
        await arrival(position, goal, AbortSignal.any([signal, elsewhere]));
        if (elsewhere.aborted) throw redirectedError(goal);
        if (signal.aborted) await stop();
        signal.throwIfAborted();
        return { position: await position.read() };
      }

      return {
        properties: {
          target: { read: () => target, write: aim },
          position: { read: () => position.read() },
        },
        actions: { moveTo: (input, { signal }) => moveTo(input.position, signal), stop },
        close: unwatch,
      };
    },
    { name, notify: { position: { minInterval: 500, deadband: 1 } } },
  );
}

/** Resolves when the vent is within half a percent of the goal, or `ended` aborts. */
function arrival(position: Source<number>, goal: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const unwatch = position.watch(check);
    function check(value: number): void {
      if (Math.abs(value - goal) <= 0.5) finish();
    }
    function finish(): void {
      unwatch();
      resolve();
    }
    if (ended.aborted) finish();
    ended.addEventListener('abort', finish, { once: true });
    Promise.resolve(position.read()).then(check, reject);
  });
}

function redirectedError(goal: number): WotError {
  return new WotError(
    'conflict',
    'VENT_REDIRECTED',
    `The vent did not reach ${goal} %: another command sent it elsewhere; invoke moveTo again if it must.`,
  );
}
