import { sensor } from './sensor.ts';
import { soilMoistureTd } from './soil-moisture.td.ts';

/** A sensor of soil moisture in percent by volume. */
export const soilMoisture = sensor(soilMoistureTd, 'soilMoisture', 0.2);
