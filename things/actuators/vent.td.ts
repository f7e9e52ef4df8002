import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';

const opening = { type: 'number', unit: 'unit:PERCENT', minimum: 0, maximum: 100 } as const;

/** A motor-driven roof vent; it needs no time limit, for standing open harms nobody. */
export const ventTd = {
  '@context': semanticContext,
  '@type': ['sosa:Actuator', 'saref:Actuator'],
  links: modelLink('vent'),
  title: 'Roof vent',
  description: 'Lets warm and humid air out of one zone and fresh air in.',
  properties: {
    target: {
      ...opening,
      '@type': 'sosa:ActuatableProperty',
      title: 'Target opening',
      description: 'Where the motor drives to; 0 is closed.',
      observable: true,
    },
    position: {
      ...opening,
      '@type': 'sosa:ObservableProperty',
      title: 'Opening',
      description: 'Where the vent is now.',
      readOnly: true,
      observable: true,
    },
  },
  actions: {
    moveTo: {
      title: 'Move to an opening',
      description:
        'Runs until the vent is there. Cancelling, or another target, stops it where it is or sends it there.',
      synchronous: false,
      input: { type: 'object', properties: { position: opening }, required: ['position'] },
      output: { type: 'object', properties: { position: opening }, required: ['position'] },
    },
    stop: {
      title: 'Stop',
      description: 'Stops the motor where it is.',
      synchronous: true,
      output: { type: 'object', properties: { position: opening }, required: ['position'] },
    },
  },
} as const satisfies PartialTd;
