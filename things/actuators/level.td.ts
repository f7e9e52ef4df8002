import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';
import { safetyProperties, safetyStop } from './safety.td.ts';

/** How much an actuator gives, in percent of its full power. */
const level = {
  '@type': 'sosa:ActuatableProperty',
  type: 'number',
  unit: 'unit:PERCENT',
  minimum: 0,
  maximum: 100,
  observable: true,
} as const;

/** What tells the kinds of actuators with a level apart; `maxOnTime` is the most that it may be set to, in seconds. */
export interface LevelKind {
  readonly model: string;
  readonly title: string;
  readonly description: string;
  readonly maxOnTime: number;
}

/** An actuator that is switched off by writing 0, by the end of its time and by its safety envelope. */
export function levelTd({ model, title, description, maxOnTime }: LevelKind) {
  return {
    '@context': semanticContext,
    '@type': ['sosa:Actuator', 'saref:Actuator'],
    links: modelLink(model),
    title,
    description: `${description} Switches itself off after maxOnTime, whatever the caller does.`,
    properties: {
      level: { ...level, title: 'Level', description: 'Output in percent of full power; 0 is off.' },
      ...safetyProperties({ minimum: 60, maximum: maxOnTime }),
    },
    actions: { runFor: runFor(maxOnTime) },
    events: { safetyStopped: safetyStop },
  } as const satisfies PartialTd;
}

function runFor(maximum: number) {
  return {
    title: 'Run for a time',
    description:
      'Sets the level and switches off after this time, even if the caller is gone by then. A later command takes its place.',
    synchronous: true,
    input: {
      type: 'object',
      properties: {
        level: { ...level, title: 'Level', minimum: 1 },
        seconds: { title: 'Time', type: 'number', unit: 'unit:SEC', minimum: 1, maximum },
      },
      required: ['level', 'seconds'],
    },
    output: {
      type: 'object',
      properties: {
        remainingTime: {
          title: 'Time until it switches off',
          description: 'Less than asked for where the safety envelope is nearer.',
          type: 'integer',
          unit: 'unit:SEC',
          minimum: 0,
        },
      },
      required: ['remainingTime'],
    },
  } as const;
}
