import { type Clock, defineThing, type ThingDefinition } from 'thingwright';
import { ownWords } from '../own-words.ts';
import type { Drive, Identity } from '../port.ts';
import { guardedDrive } from './guarded-drive.ts';
import type { levelTd } from './level.td.ts';
import { safetyOptions } from './safety.td.ts';

/** What an actuator with a level needs: its drive (percent) and a clock. */
export interface LevelActuatorOptions extends Identity {
  readonly drive: Drive<number>;
  readonly clock: Clock;
}

/** Makes actuators of one kind, which rest this many seconds after their longest time on. */
export function levelActuator(
  td: ReturnType<typeof levelTd>,
  rest: number,
): (options: LevelActuatorOptions) => ThingDefinition {
  return ({ name, drive, clock, ...words }) =>
    defineThing(
      { ...td, ...ownWords(words) },
      (thing) => {
        const guarded = guardedDrive({
          thing,
          drive,
          off: 0,
          clock,
          rest,
          changed: () => thing.notify('level', guarded.value()),
          safetyStopped: (maxOnTime) => thing.emit('safetyStopped', { maxOnTime }),
        });
        return {
          properties: {
            level: { read: guarded.value, write: (level) => guarded.set(level) },
            maxOnTime: { initial: td.properties.maxOnTime.maximum, written: guarded.shorten },
            remainingTime: { read: guarded.remaining },
            restedAt: { initial: new Date(0).toISOString() },
          },
          actions: {
            async runFor({ level, seconds }) {
              await guarded.set(level, seconds);
              return { remainingTime: guarded.remaining() };
            },
          },
          close: () => guarded.set(0),
        };
      },
      { name, ...safetyOptions },
    );
}
