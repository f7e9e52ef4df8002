import type { PartialTd } from 'thingwright';
import { semanticContext } from '../semantic-context.ts';

export const airTemperatureTd = {
  '@context': semanticContext,
  '@type': ['sosa:Sensor', 'saref:TemperatureSensor'],
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
