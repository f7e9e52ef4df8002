import { airTemperatureTd } from './air-temperature.td.ts';
import { sensor } from './sensor.ts';

/** A sensor of air temperature in °C. */
export const airTemperature = sensor(airTemperatureTd, 'temperature', 0.1);
