import { defineThing } from 'thingwright';
import { heaterTd } from './heater.td.ts';
import { type LevelActuatorOptions, levelHandlers, levelOptions } from './level-handlers.ts';

const envelope = { maxOnTime: 7_200, rest: 300 };

/** A heater; at first two hours on, then five minutes of rest. */
export function heater(options: LevelActuatorOptions) {
  const { name, title } = options;
  return defineThing({ ...heaterTd, title }, (thing) => levelHandlers(thing, options, envelope), {
    name,
    ...levelOptions,
  });
}
