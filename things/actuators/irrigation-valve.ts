import { type Clock, defineThing } from 'thingwright';
import { ownWords } from '../own-words.ts';
import type { Drive, Identity, Source } from '../port.ts';
import { guardedDrive } from './guarded-drive.ts';
import { irrigation } from './irrigation.ts';
import { irrigationValveTd } from './irrigation-valve.td.ts';
import { safetyOptions } from './safety.td.ts';

/** What a valve needs: its drive (true = open), its flow meter (litres in total) and a clock. */
export interface IrrigationValveOptions extends Identity {
  readonly drive: Drive<boolean>;
  readonly meter: Source<number>;
  readonly clock: Clock;
}

/** A valve that waters by the litre and closes by itself. */
export function irrigationValve({ name, drive, meter, clock, ...words }: IrrigationValveOptions) {
  return defineThing(
    { ...irrigationValveTd, ...ownWords(words) },
    (thing) => {
      const valve = guardedDrive({
        thing,
        drive,
        off: false,
        clock,
        rest: 300,
        changed,
        safetyStopped: (maxOnTime) => thing.emit('safetyClosed', { maxOnTime }),
      });
      const { irrigate, closed } = irrigation({ valve, meter, clock });
      const unwatch = meter.watch((total) => thing.notify('delivered', total));

      function changed(): void {
        thing.notify('open', valve.value());
        if (!valve.value()) closed();
      }

      return {
        properties: {
          open: { read: valve.value, write: (open) => valve.set(open) },
          delivered: { read: () => meter.read() },
          maxOnTime: { initial: 600, written: valve.shorten },
          remainingTime: { read: valve.remaining },
          restedAt: { initial: new Date(0).toISOString() },
        },
        actions: { irrigate: ({ litres }, { signal }) => irrigate(litres, signal) },
        close: () => {
          unwatch();
          return valve.set(false);
        },
      };
    },
    {
      name,
      ...safetyOptions,
      notify: { ...safetyOptions.notify, delivered: { minInterval: 500, deadband: 1 } },
    },
  );
}
