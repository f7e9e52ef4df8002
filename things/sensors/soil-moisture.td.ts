import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';

export const soilMoistureTd = {
  '@context': semanticContext,
  '@type': ['sosa:Sensor'],
  links: modelLink('soil-moisture-sensor'),
  title: 'Soil moisture sensor',
  description: 'Measures the water in the root zone.',
  properties: {
    soilMoisture: {
      '@type': ['sosa:ObservableProperty', 'saref:Humidity'],
      title: 'Soil moisture',
      description: 'Volume of water per volume of substrate, in percent.',
      type: 'number',
      unit: 'unit:PERCENT',
      minimum: 0,
      maximum: 100,
      readOnly: true,
      observable: true,
    },
  },
} as const satisfies PartialTd;
