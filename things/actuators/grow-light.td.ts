import type { PartialTd } from 'thingwright';
import { semanticContext } from '../semantic-context.ts';
import { levelAffordances } from './level.td.ts';

/** Adds light that plants can use, and heat. */
export const growLightTd = {
  '@context': semanticContext,
  '@type': ['sosa:Actuator', 'saref:Actuator'],
  title: 'Grow light',
  description:
    'Adds light that plants can use, and heat. Switches itself off after maxOnTime, whatever the caller does.',
  ...levelAffordances,
} as const satisfies PartialTd;
