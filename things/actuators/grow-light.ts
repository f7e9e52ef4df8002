import { defineThing } from 'thingwright';
import { growLightTd } from './grow-light.td.ts';
import { type LevelActuatorOptions, levelHandlers, levelOptions } from './level-handlers.ts';

const envelope = { maxOnTime: 64_800, rest: 1_800 };

/** A grow light; at first 18 hours on, then half an hour of rest. */
export function growLight(options: LevelActuatorOptions) {
  const { name, title } = options;
  return defineThing({ ...growLightTd, title }, (thing) => levelHandlers(thing, options, envelope), {
    name,
    ...levelOptions,
  });
}
