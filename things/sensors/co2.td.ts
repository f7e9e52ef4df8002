import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';

export const co2Td = {
  '@context': semanticContext,
  '@type': ['sosa:Sensor'],
  links: modelLink('co2-sensor'),
  title: 'CO2 sensor',
  description: 'Measures the carbon dioxide that plants live on.',
  properties: {
    co2: {
      '@type': ['sosa:ObservableProperty'],
      title: 'CO2 concentration',
      description: 'Carbon dioxide in the air, parts per million by volume.',
      type: 'number',
      unit: 'unit:PPM',
      minimum: 0,
      maximum: 5000,
      readOnly: true,
      observable: true,
    },
  },
} as const satisfies PartialTd;
