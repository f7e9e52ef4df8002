/** Properties of every actuator with a safety envelope; `bounds` are those of maxOnTime in seconds. */
export function safetyProperties(bounds: { readonly minimum: number; readonly maximum: number }) {
  return {
    maxOnTime: {
      '@type': 'sosa:ActuatableProperty',
      title: 'Longest time on',
      description:
        'Seconds on after which the actuator switches itself off and rests, whatever the caller does; pauses shorter than the rest do not begin the time anew. A lower value acts at once, a higher one after the next rest.',
      type: 'integer',
      unit: 'unit:SEC',
      ...bounds,
      observable: true,
    },
    remainingTime: {
      title: 'Remaining time',
      description: 'Seconds until the actuator switches itself off; 0 when it is off.',
      type: 'integer',
      unit: 'unit:SEC',
      minimum: 0,
      maximum: bounds.maximum,
      readOnly: true,
      observable: true,
    },
    restedAt: {
      title: 'Rested at',
      description: 'When the whole of maxOnTime is at hand again, at the latest.',
      type: 'string',
      format: 'date-time',
      readOnly: true,
      observable: true,
    },
  } as const;
}

/** ThingOptions for `safetyProperties`. */
export const safetyOptions = {
  persist: ['maxOnTime', 'restedAt'],
  notify: { remainingTime: { minInterval: 500 } },
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
