import { type Clock, defineThing } from 'thingwright';
import type { Drive, Identity, Source } from '../port.ts';
import { guardedDrive } from './guarded-drive.ts';
import { irrigation } from './irrigation.ts';
import { irrigationValveTd } from './irrigation-valve.td.ts';

/** What a valve needs: its drive (true = open), its flow meter (litres in total) and a clock. */
export interface IrrigationValveOptions extends Identity {
  readonly drive: Drive<boolean>;
  readonly meter: Source<number>;
  readonly clock: Clock;
}

/** A valve that waters by the litre and closes by itself. */
export function irrigationValve({ name, title, drive, meter, clock }: IrrigationValveOptions) {
  return defineThing(
    { ...irrigationValveTd, title },
    (thing) => {
      const limit = () => thing.get('maxOnTime');
      const valve = guardedDrive({
        drive,
        off: false,
        clock,
        rest: 300,
        limit,
        changed,
        counted,
        safetyStopped,
      });
      const { irrigate, closed } = irrigation({ valve, meter, clock });
      const unwatch = meter.watch((total) => thing.notify('delivered', total));

      function changed(): void {
        thing.notify('open', valve.value());
        if (!valve.value()) closed();
      }

      function counted(): void {
        thing.notify('remainingTime', valve.remaining());
      }

      function safetyStopped(): void {
        thing.emit('safetyClosed', { maxOnTime: limit() });
      }

      return {
        properties: {
          open: { read: valve.value, write: valve.set },
          delivered: { read: () => meter.read() },
          maxOnTime: { initial: 600, written: valve.shorten },
          remainingTime: { read: valve.remaining },
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
      persist: ['maxOnTime'],
      notify: { delivered: { minInterval: 500, deadband: 1 }, remainingTime: { minInterval: 500 } },
    },
  );
}
