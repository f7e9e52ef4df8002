import { maxOnTime, remainingTime, safetyStop } from './safety.td.ts';

/** How much an actuator gives, in percent of its full power. */
const level = {
  '@type': 'sosa:ActuatableProperty',
  type: 'number',
  unit: 'unit:PERCENT',
  minimum: 0,
  maximum: 100,
  observable: true,
} as const;

/** Affordances of an actuator that is switched off by writing 0 and by its safety envelope. */
export const levelAffordances = {
  properties: {
    level: { ...level, title: 'Level', description: 'Output in percent of full power; 0 is off.' },
    maxOnTime: { ...maxOnTime, minimum: 60, maximum: 86_400 },
    remainingTime,
  },
  actions: {
    runFor: {
      title: 'Run for a time',
      description:
        'Sets the level and switches off after this time, even if the caller is gone by then. A later command takes its place.',
      synchronous: true,
      input: {
        type: 'object',
        properties: {
          level: { ...level, title: 'Level', minimum: 1 },
          seconds: { title: 'Time', type: 'number', unit: 'unit:SEC', minimum: 1, maximum: 86_400 },
        },
        required: ['level', 'seconds'],
      },
      output: {
        type: 'object',
        properties: {
          remainingTime: {
            title: 'Time until it switches off',
            description: 'Less than asked for where the safety envelope is nearer.',
            type: 'number',
            unit: 'unit:SEC',
            minimum: 0,
          },
        },
        required: ['remainingTime'],
      },
    },
  },
  events: { safetyStopped: safetyStop },
} as const;
