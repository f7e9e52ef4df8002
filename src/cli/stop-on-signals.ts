import process from 'node:process';
import { type Clock, systemClock } from '../contracts/clock.ts';
import type { Startable } from '../contracts/lifecycle.ts';
import type { Logger } from '../contracts/logger.ts';

/** Where signals come from and how the process ends, and the time. */
export interface Surroundings {
  readonly process: {
    on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
    exit(code: number): void;
  };
  readonly clock: Clock;
}

/** Milliseconds that stopping may take. */
const stopWithin = 2000;
/** Milliseconds in which a signal is the same one again: the terminal sends it to all, and npm passes its own on. */
const echoWithin = 500;

/** Stops cleanly; a later second signal does not wait, and nothing waits longer than two seconds. */
export function stopOnSignals(
  servient: Pick<Startable, 'stop'>,
  logger: Logger,
  { process: own, clock }: Surroundings = { process, clock: systemClock },
): void {
  let begun: number | undefined;
  const fail = (message: string, facts?: { readonly error: unknown }): void => {
    logger.error(message, facts);
    own.exit(1);
  };
  const stop = (): void => {
    begun = clock.now();
    clock.after(stopWithin, () => fail(`The servient did not stop within ${stopWithin} ms; ending anyway`));
    servient.stop().then(
      () => own.exit(0),
      (error) => fail('The servient did not stop cleanly', { error }),
    );
  };
  const signalled = (): void => {
    if (begun === undefined) stop();
    else if (clock.now() - begun >= echoWithin) own.exit(1);
  };
  own.on('SIGINT', signalled);
  own.on('SIGTERM', signalled);
}
