import { relativeHumidityTd } from './relative-humidity.td.ts';
import { sensor } from './sensor.ts';

/** A sensor of relative humidity in percent. */
export const relativeHumidity = sensor(relativeHumidityTd, 'relativeHumidity', 0.5);
