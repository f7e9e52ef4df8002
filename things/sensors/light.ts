import { lightTd } from './light.td.ts';
import { sensor } from './sensor.ts';

/** A sensor of photosynthetically active radiation in µmol/(m² s). */
export const light = sensor(lightTd, 'par', 5);
