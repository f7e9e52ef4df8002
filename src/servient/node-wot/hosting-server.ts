import type { ExposedThing as NodeWotThing, ProtocolServer } from '@node-wot/core';
import type { ThingDefinition } from '../../contracts/definition.ts';
import type { Logger } from '../../contracts/logger.ts';
import { exposeByFreeName } from '../expose-by-free-name.ts';
import type { ExposedThing } from '../exposure.ts';
import type { ScriptForms } from './declared-forms.ts';
import type { NodeWotCore } from './node-wot-content.ts';
import { producedThing } from './produced-thing.ts';

/** What hosts the Things that scripts produce. */
export interface ThingHost {
  expose(definition: ThingDefinition): Promise<ExposedThing>;
  unexpose(name: string): Promise<void>;
}

/** Our servient as node-wot's one server: what it exposes appears on all our bindings. */
export function hostingServer(
  core: NodeWotCore,
  { host, logger }: { readonly host: ThingHost; readonly logger: Logger },
): ProtocolServer {
  /** Names by TD id. */
  const exposed = new Map<string, string>();
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time: a script may expose twice, or destroy what is not yet exposed. */
  function inTurn<R>(work: () => Promise<R>): Promise<R> {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  async function expose(thing: NodeWotThing, template?: ScriptForms): Promise<void> {
    await destroy(thing.id);
    const produced = producedThing(thing, { core, logger, template, closed: () => exposed.delete(thing.id) });
    const { name, td, handle } = await exposeByFreeName(host, produced.definition);
    exposed.set(thing.id, name);
    try {
      await produced.exposed(td(), handle);
    } catch (error) {
      await host.unexpose(name);
      throw error;
    }
  }

  async function destroy(id: string): Promise<boolean> {
    const name = exposed.get(id);
    if (name !== undefined) await host.unexpose(name);
    return name !== undefined;
  }

  return {
    scheme: 'thingwright',
    expose: (thing, template) => inTurn(() => expose(thing, template)),
    destroy: (id) => inTurn(() => destroy(id)),
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    getPort: () => -1,
  };
}
