import type { PartialTd } from 'thingwright';
import { semanticContext } from '../semantic-context.ts';
import { levelAffordances } from './level.td.ts';

/** Moves the air of one zone: speeds the exchange through the vents and with its neighbour. */
export const fanTd = {
  '@context': semanticContext,
  '@type': ['sosa:Actuator', 'saref:Actuator'],
  title: 'Circulation fan',
  description:
    'Moves the air of one zone: speeds the exchange through the vents and with its neighbour. Switches itself off after maxOnTime, whatever the caller does.',
  ...levelAffordances,
} as const satisfies PartialTd;
