import { thingModel } from '../../../things/model-link.ts';

const of = (model: string) => ({ thing: { model: thingModel(model) } });

/** One zone of a greenhouse: whichever place has such Things, in this greenhouse or the next. */
export const zoneBoard = {
  title: 'Greenhouse zone',
  titles: { en: 'Greenhouse zone', de: 'Gewächshauszone' },
  description: 'Climate, water and light of one zone, and what acts on them.',
  descriptions: {
    en: 'Climate, water and light of one zone, and what acts on them.',
    de: 'Klima, Wasser und Licht einer Zone, und was darauf wirkt.',
  },
  per: 'location',
  tiles: [
    {
      ...words('Climate', 'Klima'),
      text: 'What the plants feel.',
      texts: { en: 'What the plants feel.', de: 'Was die Pflanzen spüren.' },
    },
    {
      ...of('air-temperature-sensor'),
      property: 'temperature',
      as: 'chart',
      ...words('Air temperature', 'Lufttemperatur'),
    },
    {
      ...of('relative-humidity-sensor'),
      property: 'relativeHumidity',
      as: 'gauge',
      ...words('Relative humidity', 'Relative Luftfeuchte'),
    },
    { ...of('co2-sensor'), property: 'co2', as: 'value', ...words('CO₂', 'CO₂') },
    { ...of('vent'), property: 'target', as: 'control', ...words('Vent', 'Lüftungsklappe') },
    { ...of('vent'), property: 'position', as: 'value', ...words('Vent position', 'Stellung der Klappe') },
    { ...of('heater'), property: 'level', as: 'control', ...words('Heater', 'Heizung') },
    { ...of('fan'), property: 'level', as: 'control', ...words('Fan', 'Lüfter') },
    {
      ...words('Water', 'Wasser'),
      text: 'From the valve to the roots.',
      texts: { en: 'From the valve to the roots.', de: 'Vom Ventil zu den Wurzeln.' },
    },
    {
      ...of('soil-moisture-sensor'),
      property: 'soilMoisture',
      as: 'chart',
      ...words('Soil moisture', 'Bodenfeuchte'),
    },
    { ...of('irrigation-valve'), property: 'open', as: 'control', ...words('Valve', 'Ventil') },
    { ...of('irrigation-valve'), action: 'irrigate', ...words('Irrigate', 'Bewässern') },
    {
      ...words('Light', 'Licht'),
      text: 'From the sun and the lamps.',
      texts: { en: 'From the sun and the lamps.', de: 'Von der Sonne und den Lampen.' },
    },
    {
      ...of('light-sensor'),
      property: 'par',
      as: 'chart',
      width: 3,
      ...words('Light for plants', 'Pflanzenlicht'),
    },
    { ...of('grow-light'), property: 'level', as: 'control', ...words('Grow light', 'Pflanzenlampe') },
    {
      ...words('Safety', 'Sicherheit'),
      text: 'What switched itself off at the end of its longest time on.',
      texts: {
        en: 'What switched itself off at the end of its longest time on.',
        de: 'Was sich selbst abgeschaltet hat, weil seine längste Laufzeit um war.',
      },
    },
    { ...of('heater'), event: 'safetyStopped', width: 1, ...words('Heater', 'Heizung') },
    { ...of('fan'), event: 'safetyStopped', width: 1, ...words('Fan', 'Lüfter') },
    { ...of('grow-light'), event: 'safetyStopped', width: 1, ...words('Grow light', 'Pflanzenlampe') },
    { ...of('irrigation-valve'), event: 'safetyClosed', width: 1, ...words('Valve', 'Ventil') },
  ],
} as const;

function words<const E extends string, const D extends string>(en: E, de: D) {
  return { title: en, titles: { en, de } };
}
