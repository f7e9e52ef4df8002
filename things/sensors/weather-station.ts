import { defineThing } from 'thingwright';
import { ownWords } from '../own-words.ts';
import type { Identity, Source } from '../port.ts';
import { weatherStationTd } from './weather-station.td.ts';

/** One observation: RFC 3339 time, °C, percent, W/m², m/s. */
export interface Weather {
  readonly time: string;
  readonly temperature: number;
  readonly relativeHumidity: number;
  readonly solarRadiation: number;
  readonly windSpeed: number;
}

const quantities = ['time', 'temperature', 'relativeHumidity', 'solarRadiation', 'windSpeed'] as const;

/** A weather station; its source gives all quantities at once. */
export function weatherStation({ name, source, ...words }: Identity & { readonly source: Source<Weather> }) {
  return defineThing(
    { ...weatherStationTd, ...ownWords(words) },
    (thing) => ({
      properties: {
        time: { read: async () => (await source.read()).time },
        temperature: { read: async () => (await source.read()).temperature },
        relativeHumidity: { read: async () => (await source.read()).relativeHumidity },
        solarRadiation: { read: async () => (await source.read()).solarRadiation },
        windSpeed: { read: async () => (await source.read()).windSpeed },
      },
      close: source.watch((weather) => {
        for (const quantity of quantities) thing.notify(quantity, weather[quantity]);
      }),
    }),
    {
      name,
      notify: {
        temperature: { minInterval: 250, deadband: 0.1 },
        relativeHumidity: { minInterval: 250, deadband: 0.5 },
        solarRadiation: { minInterval: 250, deadband: 2 },
        windSpeed: { minInterval: 250, deadband: 0.2 },
      },
    },
  );
}
