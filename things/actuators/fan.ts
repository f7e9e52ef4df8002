import { defineThing } from 'thingwright';
import { fanTd } from './fan.td.ts';
import { type LevelActuatorOptions, levelHandlers, levelOptions } from './level-handlers.ts';

const envelope = { maxOnTime: 43_200, rest: 60 };

/** A fan; at first twelve hours on, then a minute of rest. */
export function fan(options: LevelActuatorOptions) {
  const { name, title } = options;
  return defineThing({ ...fanTd, title }, (thing) => levelHandlers(thing, options, envelope), {
    name,
    ...levelOptions,
  });
}
