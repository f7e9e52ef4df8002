import { thingModel } from '../../../things/model-link.ts';

const station = { thing: { model: thingModel('weather-station') } };
const gate = { thing: { model: thingModel('tag-reader') } };

/** The whole greenhouse: the weather, all zones side by side, and who passes the gate. */
export const siteBoard = {
  title: 'Greenhouse site',
  titles: { en: 'Greenhouse site', de: 'Gewächshausanlage' },
  description: 'The weather outside, the climate of all zones, and what passes the gate.',
  descriptions: {
    en: 'The weather outside, the climate of all zones, and what passes the gate.',
    de: 'Das Wetter draußen, das Klima aller Zonen, und was das Tor passiert.',
  },
  tiles: [
    { ...station, property: 'temperature', as: 'value' },
    { ...station, property: 'relativeHumidity', as: 'gauge' },
    { ...station, property: 'solarRadiation', as: 'value' },
    { ...station, property: 'windSpeed', as: 'gauge' },
    { thing: { model: thingModel('air-temperature-sensor') }, property: 'temperature', as: 'chart' },
    { thing: { model: thingModel('soil-moisture-sensor') }, property: 'soilMoisture', as: 'chart' },
    { ...gate, property: 'count', as: 'value' },
    { ...gate, action: 'takeInventory' },
    { ...gate, event: 'tagSeen' },
  ],
} as const;
