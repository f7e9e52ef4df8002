import { described, ofModel, saying, titled } from './board-parts.ts';

/** One zone of a greenhouse: whichever place has such Things, in this greenhouse or the next. */
export const zoneBoard = {
  ...titled('Greenhouse zone', 'Gewächshauszone'),
  ...described(
    'Climate, water and light of one zone, and what acts on them.',
    'Klima, Wasser und Licht einer Zone, und was darauf wirkt.',
  ),
  per: 'location',
  tiles: [
    {
      ...titled('Climate', 'Klima'),
      ...saying('What the plants feel.', 'Was die Pflanzen spüren.'),
    },
    {
      ...ofModel('air-temperature-sensor'),
      property: 'temperature',
      as: 'chart',
      ...titled('Air temperature', 'Lufttemperatur'),
    },
    {
      ...ofModel('relative-humidity-sensor'),
      property: 'relativeHumidity',
      as: 'gauge',
      ...titled('Relative humidity', 'Relative Luftfeuchte'),
    },
    { ...ofModel('co2-sensor'), property: 'co2', as: 'value', ...titled('CO₂', 'CO₂') },
    { ...ofModel('vent'), property: 'target', as: 'control', ...titled('Vent', 'Lüftungsklappe') },
    {
      ...ofModel('vent'),
      property: 'position',
      as: 'value',
      ...titled('Vent position', 'Stellung der Klappe'),
    },
    { ...ofModel('heater'), property: 'level', as: 'control', ...titled('Heater', 'Heizung') },
    { ...ofModel('fan'), property: 'level', as: 'control', ...titled('Fan', 'Lüfter') },
    {
      ...titled('Water', 'Wasser'),
      ...saying('From the valve to the roots.', 'Vom Ventil zu den Wurzeln.'),
    },
    {
      ...ofModel('soil-moisture-sensor'),
      property: 'soilMoisture',
      as: 'chart',
      ...titled('Soil moisture', 'Bodenfeuchte'),
    },
    { ...ofModel('irrigation-valve'), property: 'open', as: 'control', ...titled('Valve', 'Ventil') },
    { ...ofModel('irrigation-valve'), action: 'irrigate', ...titled('Irrigate', 'Bewässern') },
    {
      ...titled('Light', 'Licht'),
      ...saying('From the sun and the lamps.', 'Von der Sonne und den Lampen.'),
    },
    {
      ...ofModel('light-sensor'),
      property: 'par',
      as: 'chart',
      width: 3,
      ...titled('Light for plants', 'Pflanzenlicht'),
    },
    { ...ofModel('grow-light'), property: 'level', as: 'control', ...titled('Grow light', 'Pflanzenlampe') },
    {
      ...titled('Safety', 'Sicherheit'),
      ...saying(
        'What switched itself off at the end of its longest time on.',
        'Was sich selbst abgeschaltet hat, weil seine längste Laufzeit um war.',
      ),
    },
    { ...ofModel('heater'), event: 'safetyStopped', width: 1, ...titled('Heater', 'Heizung') },
    { ...ofModel('fan'), event: 'safetyStopped', width: 1, ...titled('Fan', 'Lüfter') },
    { ...ofModel('grow-light'), event: 'safetyStopped', width: 1, ...titled('Grow light', 'Pflanzenlampe') },
    { ...ofModel('irrigation-valve'), event: 'safetyClosed', width: 1, ...titled('Valve', 'Ventil') },
  ],
} as const;
