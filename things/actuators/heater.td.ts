import type { PartialTd } from 'thingwright';
import { semanticContext } from '../semantic-context.ts';
import { levelAffordances } from './level.td.ts';

/** Heats the air of one zone. */
export const heaterTd = {
  '@context': semanticContext,
  '@type': ['sosa:Actuator', 'saref:Actuator'],
  title: 'Heater',
  description: 'Heats the air of one zone. Switches itself off after maxOnTime, whatever the caller does.',
  ...levelAffordances,
} as const satisfies PartialTd;
