import { described, ofModel, titled } from './board-parts.ts';

const station = ofModel('weather-station');
const gate = ofModel('tag-reader');

/** The whole greenhouse: the weather, all zones side by side, and who passes the gate. */
export const siteBoard = {
  ...titled('Greenhouse site', 'Gewächshausanlage'),
  ...described(
    'The weather outside, the climate of all zones, and what passes the gate.',
    'Das Wetter draußen, das Klima aller Zonen, und was das Tor passiert.',
  ),
  tiles: [
    { ...station, property: 'temperature', as: 'value' },
    { ...station, property: 'relativeHumidity', as: 'gauge' },
    { ...station, property: 'solarRadiation', as: 'value' },
    { ...station, property: 'windSpeed', as: 'gauge' },
    { ...ofModel('air-temperature-sensor'), property: 'temperature', as: 'chart' },
    { ...ofModel('soil-moisture-sensor'), property: 'soilMoisture', as: 'chart' },
    { ...gate, property: 'count', as: 'value' },
    { ...gate, action: 'takeInventory' },
    { ...gate, event: 'tagSeen' },
  ],
} as const;
