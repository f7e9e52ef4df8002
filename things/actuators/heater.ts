import { heaterTd } from './heater.td.ts';
import { levelActuator } from './level-actuator.ts';

/** A heater: at most two hours on, then five minutes of rest. */
export const heater = levelActuator(heaterTd, 300);
