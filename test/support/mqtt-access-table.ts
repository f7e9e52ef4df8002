import type { ThingDefinition } from '../../src/contracts/definition.ts';

/** Who comes to the broker: users, whose password is their name, and who has no credentials. */
export const askers = ['root', 'anna', 'ben', 'anonymous'] as const;
export type Asker = (typeof askers)[number];

/** Access rules (td-schemas/access.schema.json) that the table below follows from. */
export const accessDocument = {
  users: { root: {}, anna: { roles: ['operator'] }, ben: {} },
  grants: [
    { to: ['root', 'mqtt-broker'], rights: ['read', 'write', 'invoke', 'subscribe'] },
    { to: ['role:operator'], rights: ['read', 'write', 'invoke', 'subscribe'], things: ['lamp'] },
    { to: ['ben'], rights: ['read'], things: ['lamp'], affordances: ['level'] },
    { to: ['anonymous'], rights: ['subscribe'], things: ['lamp'], affordances: ['bur nt'] },
  ],
  topics: [
    { to: ['root', 'anna'], publish: ['notes/#'], receive: ['notes/#'] },
    { to: ['ben'], receive: ['notes/open'] },
  ],
};

/** The same for the embedded broker, which knows its clients: nobody is `mqtt-broker`. */
export const embeddedDocument = {
  ...accessDocument,
  grants: accessDocument.grants.map(({ to, ...grant }) => ({
    ...grant,
    to: to.filter((name) => name !== 'mqtt-broker'),
  })),
};

/** Two Things, `lamp` and `vault`; `calls` gets what their handlers do, and for whom. */
export function accessThings(calls: string[]): readonly ThingDefinition[] {
  return ['lamp', 'vault'].map((name) => ({
    td: {
      title: name,
      properties: {
        level: { type: 'number', observable: true },
        secret: { type: 'number', observable: true },
      },
      actions: { blink: {} },
      events: { 'bur nt': { data: { type: 'string' } } },
    },
    options: { name },
    handlers: () => ({
      properties: {
        level: {
          initial: 1,
          written: (_value, { principal }) => void calls.push(`set by ${principal.name}`),
        },
        secret: { initial: 1 },
      },
      actions: { blink: (_input, { principal }) => void calls.push(`blink by ${principal.name}`) },
    }),
  }));
}

/** Topics with a message, and who receives it: live, retained, and by wildcards. */
export const receivers: Readonly<Record<string, readonly Asker[]>> = {
  'things/lamp': ['root', 'anna', 'ben', 'anonymous'],
  'things/lamp/status': ['root', 'anna', 'ben', 'anonymous'],
  'things/lamp/properties/level': ['root', 'anna', 'ben'],
  'things/lamp/properties/secret': ['root', 'anna'],
  'things/lamp/events/bur%20nt': ['root', 'anna', 'anonymous'],
  'things/vault': ['root'],
  'things/vault/status': ['root'],
  'things/vault/properties/level': ['root'],
  'things/vault/events/bur%20nt': ['root'],
  'notes/open': ['root', 'anna', 'ben'],
  'notes/closed': ['root', 'anna'],
};

/** Topics that somebody publishes to, and from whom it gets to others. */
export const publishers: Readonly<Record<string, readonly Asker[]>> = {
  'notes/open': ['root', 'anna'],
  'other/topic': [],
  'things/lamp': [],
  'things/lamp/status': [],
  'things/lamp/properties/level': [],
  'things/lamp/events/bur%20nt': [],
  'things/lamp/properties/level/reply/root/1': [],
};

/** Request topics, who may ask there, and what the handler then says. */
export const requests: readonly {
  readonly topic: string;
  readonly payload: string;
  readonly may: readonly Asker[];
  readonly call?: string;
}[] = [
  { topic: 'things/lamp/properties/level/set', payload: '2', may: ['root', 'anna'], call: 'set' },
  { topic: 'things/lamp/properties/level/get', payload: '', may: ['root', 'anna', 'ben'] },
  { topic: 'things/lamp/properties/secret/get', payload: '', may: ['root', 'anna'] },
  { topic: 'things/lamp/actions/blink/invoke', payload: '', may: ['root', 'anna'], call: 'blink' },
  {
    topic: 'things/lamp/ops/writemultipleproperties',
    payload: '{"level":3}',
    may: ['root', 'anna'],
    call: 'set',
  },
  { topic: 'things/vault/properties/level/set', payload: '2', may: ['root'], call: 'set' },
];
