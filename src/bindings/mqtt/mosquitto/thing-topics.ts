import type { Right } from '../../../contracts/access.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { Form } from '../../../contracts/td.ts';
import { isReadable, isWritable } from '../../../td/offered.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import { mqttForms } from '../server/mqtt-forms.ts';

/** Topic filters that a caller may receive from and publish to. */
export interface ThingTopics {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** What somebody may do with the affordances of one Thing. */
export type Allows = (right: Right, affordance: string) => boolean;

/** The rights of who asks, and those by which the servient serves requests that come through a broker. */
export interface RightsThere {
  readonly asker: Allows;
  readonly server: Allows;
}

const rights: Readonly<Record<string, Right>> = {
  readproperty: 'read',
  observeproperty: 'read',
  writeproperty: 'write',
  invokeaction: 'invoke',
  queryaction: 'invoke',
  cancelaction: 'invoke',
  subscribeevent: 'subscribe',
};

/** The topics of a Thing that somebody needs for what both they and the servient's broker may do; nothing where that is nothing. */
export function thingTopics(thing: HostedThing, topics: TopicSpace, there: RightsThere): ThingTopics {
  const forms = mqttForms(thing, '', { topics, contentType: 'application/json', maxPayload: 0 });
  const granted = [forms.properties, forms.actions, forms.events]
    .flatMap((kind) => Object.entries(kind))
    .flatMap(([name, each]) => each.filter((form) => isGranted(form, name, there)));
  if (granted.length === 0) return { read: [], write: [] };
  return {
    read: [topics.thing(thing.name), topics.thingStatus(thing.name), ...terms(granted, 'mqv:filter')],
    // {clientId}/{correlationId} and ?{query} follow
    write: [...terms(granted, 'mqv:topic'), ...ops(thing, there).map((op) => topics.op(thing.name, op))].map(
      (topic) => `${topic}/#`,
    ),
  };
}

function isGranted({ op }: Form, name: string, { asker, server }: RightsThere): boolean {
  const [right] = [op].flat().flatMap((each) => rights[each ?? ''] ?? []);
  return right !== undefined && asker(right, name) && server(right, name);
}

function terms(forms: readonly Form[], term: 'mqv:filter' | 'mqv:topic'): readonly string[] {
  return forms.flatMap((form) => (form[term] as string | undefined) ?? []);
}

/** The ops on all affordances: the servient serves them with its own rights, so whoever asks must have as many. */
function ops(thing: HostedThing, { asker, server }: RightsThere): readonly string[] {
  const { properties = {}, actions = {}, events = {} } = thing.affordances;
  const named = <A>(map: Readonly<Record<string, A>>, isMeant: (affordance: A) => boolean, right: Right) =>
    Object.entries(map).flatMap(([name, each]) => (isMeant(each) ? [[right, name] as const] : []));
  const reads = named(properties, isReadable, 'read');
  const writes = named(properties, isWritable, 'write');
  const runs = named(actions, ({ synchronous }) => synchronous === false, 'invoke');
  const changes = [
    ...named(properties, ({ observable }) => observable === true, 'read'),
    ...named(events, () => true, 'subscribe'),
  ];
  const needed = {
    readallproperties: reads,
    readmultipleproperties: reads,
    writeallproperties: writes,
    writemultipleproperties: writes,
    queryallactions: runs,
    replay: changes,
  };
  return Object.entries(needed).flatMap(([op, uses]) => {
    const served = uses.filter(([right, name]) => server(right, name));
    return served.length > 0 && served.every(([right, name]) => asker(right, name)) ? [op] : [];
  });
}
