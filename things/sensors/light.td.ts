import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';

export const lightTd = {
  '@context': semanticContext,
  '@type': ['sosa:Sensor'],
  links: modelLink('light-sensor'),
  title: 'Light sensor (PAR)',
  description: 'Measures the light that plants can use, above the crop.',
  properties: {
    par: {
      '@type': ['sosa:ObservableProperty', 'saref:Light'],
      title: 'Photosynthetic photon flux density',
      description: 'Light between 400 and 700 nm: sun and lamps together.',
      type: 'number',
      unit: 'unit:MicroMOL-PER-M2-SEC',
      minimum: 0,
      maximum: 3000,
      readOnly: true,
      observable: true,
    },
  },
} as const satisfies PartialTd;
