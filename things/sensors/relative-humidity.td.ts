import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';

export const relativeHumidityTd = {
  '@context': semanticContext,
  '@type': ['sosa:Sensor'],
  links: modelLink('relative-humidity-sensor'),
  title: 'Relative humidity sensor',
  description: 'Measures how near the air is to saturation.',
  properties: {
    relativeHumidity: {
      '@type': ['sosa:ObservableProperty', 'saref:Humidity'],
      title: 'Relative humidity',
      description: 'Water vapour in the air, in percent of saturation at its temperature.',
      type: 'number',
      unit: 'unit:PERCENT',
      minimum: 0,
      maximum: 100,
      readOnly: true,
      observable: true,
    },
  },
} as const satisfies PartialTd;
