import type { Servient as NodeWotServient, ProtocolServer } from '@node-wot/core';
import { noForms, type ServerBinding, type ThingForms } from '../../contracts/binding.ts';
import { pause } from '../../contracts/clock.ts';
import type { Logger } from '../../contracts/logger.ts';
import type { Form } from '../../contracts/td.ts';
import { mapMembers } from '../../td/json-object.ts';
import { delegatingThing } from './delegating-thing.ts';
import type { NodeWotCore } from './node-wot-content.ts';

/** A started core. */
export interface NodeWotParts {
  readonly core: NodeWotCore;
  readonly servient: NodeWotServient;
}

/** A server of node-wot as a binding of ours; it binds and guards by itself, and its callers are anonymous to the pipeline. */
export function foreignServer(server: ProtocolServer, load: () => Promise<NodeWotParts>): ServerBinding {
  const formsOf = new Map<string, ThingForms>();
  let loaded: NodeWotParts;
  let stopping: () => Promise<void> = () => Promise.resolve();
  let logger: Logger;
  return {
    name: `node-wot ${server.scheme}`,
    addresses: [],
    async start(host) {
      loaded = await load();
      logger = host.logger;
      await server.start(loaded.servient);
      // The stock HTTP server waits for its open connections.
      stopping = () => Promise.race([server.stop(), pause(host.clock, 2000, new AbortController().signal)]);
    },
    async prepare(thing) {
      const exposed = delegatingThing(thing, { ...loaded, logger });
      await server.expose(exposed, exposed.getThingDescription());
      const of = (affordances: Readonly<Record<string, { readonly forms?: unknown }>>) =>
        mapMembers(affordances, (_, { forms = [] }) => forms as readonly Form[]);
      formsOf.set(thing.name, {
        forms: (exposed.forms ?? []) as readonly Form[],
        properties: of(exposed.properties),
        actions: of(exposed.actions),
        events: of(exposed.events),
      });
    },
    forms: ({ name }) => formsOf.get(name) ?? noForms,
    expose: () => Promise.resolve(),
    async unexpose({ name, id }) {
      formsOf.delete(name);
      await server.destroy(id);
    },
    stop: () => stopping(),
  };
}
