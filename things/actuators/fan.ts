import { fanTd } from './fan.td.ts';
import { levelActuator } from './level-actuator.ts';

/** A fan: at most twelve hours on, then a minute of rest. */
export const fan = levelActuator(fanTd, 60);
