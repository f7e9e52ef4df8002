import type { Content, ExposedThing as NodeWotThing } from '@node-wot/core';
import type {
  ActionHandler,
  HandlerContext,
  PropertyHandler,
  ThingDefinition,
  ThingHandle,
} from '../../contracts/definition.ts';
import type { Logger } from '../../contracts/logger.ts';
import { affordanceKinds, type PartialTd, type ThingDescription } from '../../contracts/td.ts';
import { checkTd } from '../../td/check-definition.ts';
import { declaredContent, invocationContent } from '../../td/declared-content.ts';
import { mapMembers } from '../../td/json-object.ts';
import { context10 } from '../../td/validation/context-check.ts';
import { type ScriptForms, withContent } from './declared-forms.ts';
import { type NodeWotCore, valueFromNodeWot, valueToNodeWot } from './node-wot-content.ts';
import { handlerError } from './node-wot-error.ts';

/** A Thing of `WoT.produce` as we host it. */
export interface ProducedThing {
  readonly definition: ThingDefinition;
  /** Writes the forms back and passes on what the script emits, once the definition is exposed. */
  exposed(td: ThingDescription, handle: ThingHandle): Promise<void>;
}

interface ProducedParts {
  readonly core: NodeWotCore;
  readonly logger: Logger;
  /** The Thing with the forms that its script declared, which node-wot takes off before it is exposed. */
  readonly template: ScriptForms | undefined;
  /** Called when the Thing is no longer exposed, for whatever reason. */
  closed(): void;
}

/** Throws WotError `invalid`. */
export function producedThing(
  thing: NodeWotThing,
  { core, logger, template, closed }: ProducedParts,
): ProducedThing {
  const td = withContent(tdOf(thing), template ?? {});
  checkTd(td);
  const stops: (() => void)[] = [];
  let served: ThingDescription | undefined;

  const close = (): void => {
    closed();
    // A second expose empties the forms, by which node-wot finds its listeners.
    if (served) writeBack(thing, served);
    for (const stop of stops.splice(0)) {
      try {
        stop();
      } catch (error) {
        logger.error(`Ending the subscriptions to ${JSON.stringify(thing.title)} failed`, { error });
      }
    }
  };
  return {
    definition: {
      td,
      options: {},
      handlers: () => ({ properties: properties(thing, td, core), actions: actions(thing, td, core), close }),
    },
    async exposed(told, handle) {
      served = structuredClone(told);
      writeBack(thing, served);
      await listen(thing, handle, { logger, stops });
    },
  };
}

/** Handlers get what node-wot's own servers give, and who calls. */
function optionsOf({ uriVariables, principal }: HandlerContext) {
  return { formIndex: 0, uriVariables: { ...uriVariables }, principal };
}

function properties(
  thing: NodeWotThing,
  td: PartialTd,
  core: NodeWotCore,
): Readonly<Record<string, PropertyHandler>> {
  return mapMembers(td.properties, (name, property) => {
    const { input, output } = declaredContent(property);
    return {
      read: (context) => called(() => thing.handleReadProperty(name, optionsOf(context)), output),
      async write(value, context) {
        const content = valueToNodeWot(core, value, input);
        await called(() => thing.handleWriteProperty(name, content, optionsOf(context)));
      },
    };
  });
}

function actions(
  thing: NodeWotThing,
  td: PartialTd,
  core: NodeWotCore,
): Readonly<Record<string, ActionHandler>> {
  return mapMembers(td.actions, (name, action) => {
    const content = declaredContent(action);
    const { output } = invocationContent(action);
    return (value, context) => {
      const input = valueToNodeWot(core, value, content.input);
      return called(() => thing.handleInvokeAction(name, input, optionsOf(context)), output);
    };
  });
}

async function called(handle: () => Promise<unknown>, declared?: string): Promise<unknown> {
  const content = await handle().catch((error) => {
    throw handlerError(error);
  });
  return valueFromNodeWot(content as Content | undefined, declared);
}

/** The servient is the one subscriber of the ExposedThing, from expose to destroy, so that no event misses the replay ring. */
async function listen(
  thing: NodeWotThing,
  handle: ThingHandle,
  { logger, stops }: { readonly logger: Logger; readonly stops: (() => void)[] },
): Promise<void> {
  let told = Promise.resolve();
  let stopped = false;
  stops.push(() => {
    stopped = true;
  });
  // One after the other: contents are streams, and changes keep their order.
  const inOrder = (tell: ThingHandle['notify'], name: string) => (content: Content) => {
    const pass = async () => {
      const value = await valueFromNodeWot(content);
      if (!stopped) tell(name, value);
    };
    told = told.then(pass).catch((error) => {
      const what = `${JSON.stringify(thing.title)} emitted for ${JSON.stringify(name)}`;
      logger.error(`What ${what} was dropped`, { error });
    });
  };
  const options = { formIndex: 0 };
  for (const [name, { forms = [] }] of Object.entries(thing.events)) {
    if (forms.length === 0) continue; // no binding carries it, and node-wot hangs listeners on forms
    const listener = inOrder(handle.emit, name);
    stops.push(() => thing.handleUnsubscribeEvent(name, listener, options));
    await thing.handleSubscribeEvent(name, listener, options);
  }
  for (const [name, { forms = [], observable }] of Object.entries(thing.properties)) {
    if (forms.length === 0 || observable !== true) continue;
    const listener = inOrder(handle.notify, name);
    stops.push(() => thing.handleUnobserveProperty(name, listener, options));
    await thing.handleObserveProperty(name, listener, options);
  }
}

/** What the script declared, without what node-wot fills in for a TD that nobody serves yet. */
function tdOf(thing: NodeWotThing): PartialTd {
  const {
    '@context': context,
    links,
    security,
    securityDefinitions,
    ...td
  } = JSON.parse(JSON.stringify(thing));
  // TD 1.1 section 5.3.1.1: the context of TD 1.0 must not follow that of 1.1, which our TDs begin with.
  const contexts = [context].flat().filter((entry) => entry !== context10);
  return {
    ...td,
    '@context': contexts,
    ...(links?.length > 0 ? { links } : {}),
    ...(Object.keys(securityDefinitions).length > 0 ? { security, securityDefinitions } : {}),
  };
}

/** Affordances stay the objects they are: node-wot knows listeners by them. */
function writeBack(thing: NodeWotThing, served: ThingDescription): void {
  for (const kind of affordanceKinds) {
    for (const [name, affordance] of Object.entries(thing[kind])) {
      Object.assign(affordance, { forms: served[kind]?.[name]?.forms ?? [] });
    }
  }
  const { '@context': context, forms = [], uriVariables, security, securityDefinitions } = served;
  Object.assign(thing, { '@context': context, forms, security, securityDefinitions });
  if (uriVariables) Object.assign(thing, { uriVariables });
}
