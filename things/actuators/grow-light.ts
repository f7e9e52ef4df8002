import { growLightTd } from './grow-light.td.ts';
import { levelActuator } from './level-actuator.ts';

/** A grow light: at most 18 hours on, then half an hour of rest. */
export const growLight = levelActuator(growLightTd, 1_800);
