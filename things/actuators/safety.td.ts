/** Properties of every actuator with a safety envelope; `maxOnTime` gets its bounds where it is used. */
export const maxOnTime = {
  '@type': 'sosa:ActuatableProperty',
  title: 'Longest time on',
  description:
    'Seconds after which the actuator switches itself off, whatever the caller does. A lower value acts at once, a higher one from the next start.',
  type: 'integer',
  unit: 'unit:SEC',
  observable: true,
} as const;

/** How long the envelope still lets the actuator be on. */
export const remainingTime = {
  title: 'Remaining time',
  description: 'Seconds until the actuator switches itself off; 0 when it is off.',
  type: 'integer',
  unit: 'unit:SEC',
  minimum: 0,
  maximum: 86_400,
  readOnly: true,
  observable: true,
} as const;

/** What a safety stop tells. */
export const safetyStop = {
  title: 'Stopped for safety',
  description: 'The actuator was on for its longest time and has switched itself off.',
  data: {
    type: 'object',
    properties: {
      maxOnTime: {
        description: 'The longest time on that was in force.',
        type: 'integer',
        unit: 'unit:SEC',
        minimum: 0,
      },
    },
    required: ['maxOnTime'],
  },
} as const;
