import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';

const measured = {
  '@type': 'sosa:ObservableProperty',
  type: 'number',
  readOnly: true,
  observable: true,
} as const;

/** Outdoor weather, with the station's own clock. */
export const weatherStationTd = {
  '@context': semanticContext,
  '@type': ['sosa:Platform', 'sosa:Sensor'],
  links: modelLink('weather-station'),
  title: 'Weather station',
  description: 'Measures the weather outside, on a mast above the roof.',
  properties: {
    time: {
      title: 'Station time',
      description: 'The clock of the station, which is solar time; a simulated station has simulated time.',
      type: 'string',
      format: 'date-time',
      readOnly: true,
      observable: true,
    },
    temperature: {
      ...measured,
      '@type': ['sosa:ObservableProperty', 'saref:Temperature'],
      title: 'Outside temperature',
      description: 'Air temperature 2 m above the ground, in the shade.',
      unit: 'unit:DEG_C',
      minimum: -50,
      maximum: 60,
    },
    relativeHumidity: {
      ...measured,
      '@type': ['sosa:ObservableProperty', 'saref:Humidity'],
      title: 'Outside relative humidity',
      description: 'Water vapour in the outside air, in percent of saturation at its temperature.',
      unit: 'unit:PERCENT',
      minimum: 0,
      maximum: 100,
    },
    solarRadiation: {
      ...measured,
      title: 'Global solar radiation',
      description: 'Power of sun and sky on a horizontal square metre.',
      unit: 'unit:W-PER-M2',
      minimum: 0,
      maximum: 1500,
    },
    windSpeed: {
      ...measured,
      title: 'Wind speed',
      description: 'Mean wind speed on the mast.',
      unit: 'unit:M-PER-SEC',
      minimum: 0,
      maximum: 75,
    },
  },
} as const satisfies PartialTd;
