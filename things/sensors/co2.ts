import { co2Td } from './co2.td.ts';
import { sensor } from './sensor.ts';

/** A sensor of carbon dioxide in ppm. */
export const co2 = sensor(co2Td, 'co2', 5);
