import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';
import { safetyProperties, safetyStop } from './safety.td.ts';

const litres = { type: 'number', unit: 'unit:L', minimum: 0 } as const;

/** A valve with a flow meter that waters one zone and closes by itself. */
export const irrigationValveTd = {
  '@context': semanticContext,
  '@type': ['sosa:Actuator', 'saref:Actuator'],
  links: modelLink('irrigation-valve'),
  title: 'Irrigation valve',
  description: 'Waters one zone. Closes by itself after maxOnTime, whatever the caller does.',
  properties: {
    open: {
      '@type': 'sosa:ActuatableProperty',
      title: 'Open',
      description: 'Whether water flows. Opening an open valve does not extend its time.',
      type: 'boolean',
      observable: true,
    },
    delivered: {
      ...litres,
      '@type': 'sosa:ObservableProperty',
      title: 'Water delivered',
      description: 'Reading of the flow meter since it was installed.',
      readOnly: true,
      observable: true,
    },
    ...safetyProperties({ minimum: 30, maximum: 1_800 }),
  },
  actions: {
    irrigate: {
      title: 'Irrigate',
      description: 'Opens the valve until this much water is delivered. Cancelling closes it.',
      synchronous: false,
      input: {
        type: 'object',
        properties: { litres: { ...litres, title: 'Water to deliver', minimum: 1, maximum: 2_000 } },
        required: ['litres'],
      },
      output: {
        type: 'object',
        properties: {
          litres: { ...litres, title: 'Water delivered' },
          seconds: { title: 'Time open', type: 'number', unit: 'unit:SEC', minimum: 0 },
        },
        required: ['litres', 'seconds'],
      },
    },
  },
  events: { safetyClosed: { ...safetyStop, title: 'Closed for safety' } },
} as const satisfies PartialTd;
