import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';

export const airTemperatureTd = {
  '@context': semanticContext,
  '@type': ['sosa:Sensor', 'saref:TemperatureSensor'],
  links: modelLink('air-temperature-sensor'),
  title: 'Air temperature sensor',
  description: 'Measures the air temperature in a ventilated, shaded housing.',
  properties: {
    temperature: {
      '@type': ['sosa:ObservableProperty', 'saref:Temperature'],
      title: 'Air temperature',
      description: 'Dry-bulb temperature of the air at plant height.',
      type: 'number',
      unit: 'unit:DEG_C',
      minimum: -40,
      maximum: 80,
      readOnly: true,
      observable: true,
    },
  },
} as const satisfies PartialTd;
