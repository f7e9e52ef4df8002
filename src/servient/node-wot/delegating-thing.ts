import type { ContentListener, ExposedThing as NodeWotThing } from '@node-wot/core';
import { anonymous } from '../../contracts/access.ts';
import type { CallContext, Change, HostedThing, Unsubscribe, Value } from '../../contracts/interaction.ts';
import type { Logger } from '../../contracts/logger.ts';
import {
  type ActionAffordance,
  type AffordanceKind,
  affordanceKinds,
  type PartialTd,
} from '../../contracts/td.ts';
import { invocationContent } from '../../td/declared-content.ts';
import { ownMember } from '../../td/json-object.ts';
import type { NodeWotParts } from './foreign-server.ts';
import { type NodeWotCore, valueFromNodeWot, valueToNodeWot } from './node-wot-content.ts';

type Options = Parameters<NodeWotThing['handleReadProperty']>[1];

/** A Thing that we host, as servers of node-wot want it: every operation goes through the pipeline. */
export function delegatingThing(
  hosted: HostedThing,
  { core, servient, logger }: NodeWotParts & { readonly logger: Logger },
): NodeWotThing {
  const { affordances, id } = hosted;
  const nosec = { securityDefinitions: { nosec_sc: { scheme: 'nosec' } }, security: ['nosec_sc'] };
  const thing = new core.ExposedThing(servient, { ...nosec, ...affordances, id, forms: [] } as never);
  for (const kind of affordanceKinds) {
    for (const affordance of Object.values(thing[kind])) Object.assign(affordance, { forms: [] });
  }
  return Object.assign(thing, operations(thing, core, hosted), subscriptions(core, hosted, logger));
}

function operations(thing: NodeWotThing, core: NodeWotCore, { interactions, affordances }: HostedThing) {
  const typeOf = (kind: 'properties' | 'actions', name: string, { formIndex }: Options) =>
    outputType(affordances, kind, name) ?? thing[kind][name]?.forms[formIndex]?.contentType;
  const contents = (values: Readonly<Record<string, Value>>) =>
    new Map(Object.entries(values).map(([name, value]) => [name, valueToNodeWot(core, value)]));
  const handled: Partial<NodeWotThing> = {
    handleReadProperty: (name, options) =>
      settled(async () => {
        const value = await interactions.readProperty(name, contextOf(options));
        return valueToNodeWot(core, value, typeOf('properties', name, options));
      }),
    handleWriteProperty: (name, content, options) =>
      settled(async () => {
        await interactions.writeProperty(name, await valueFromNodeWot(content), contextOf(options));
      }),
    handleInvokeAction: (name, content, options) =>
      settled(async () => {
        const input = await valueFromNodeWot(content);
        const result = await interactions.invokeAction(name, input, contextOf(options));
        const answer = 'output' in result ? result.output : result.invocation;
        return valueToNodeWot(core, answer, typeOf('actions', name, options));
      }),
    handleReadAllProperties: (options) =>
      settled(async () => contents(await interactions.readAllProperties(contextOf(options)))),
    handleReadMultipleProperties: (names, options) =>
      settled(async () => contents(await interactions.readMultipleProperties(names, contextOf(options)))),
    handleWriteMultipleProperties: (given, options) =>
      settled(async () => {
        const entries = [...given].map(async ([name, content]) => [name, await valueFromNodeWot(content)]);
        const values = Object.fromEntries(await Promise.all(entries));
        await interactions.writeMultipleProperties(values, contextOf(options));
      }),
  };
  return handled;
}

/** The content type that the author of an affordance declares for what it gives. */
function outputType(td: PartialTd, kind: AffordanceKind, name: string): string | undefined {
  const affordance = ownMember<ActionAffordance>(td[kind], name);
  return affordance && invocationContent(affordance).output;
}

function subscriptions(core: NodeWotCore, { interactions, affordances }: HostedThing, logger: Logger) {
  const standing = new Map<ContentListener, Promise<Unsubscribe | undefined>>();
  // Resolves whatever happens: the stock HTTP server lets a rejection end the process.
  const begin = (listener: ContentListener, open: () => Promise<Unsubscribe>) => {
    const opened = open().catch((error) => {
      logger.debug('A subscription of a node-wot server was refused', { error });
      return undefined;
    });
    standing.set(listener, opened);
    return opened.then(() => {});
  };
  const end = (listener: ContentListener) => {
    void standing.get(listener)?.then((stop) => stop?.());
    standing.delete(listener);
  };
  const handled: Partial<NodeWotThing> = {
    handleSubscribeEvent: (name, listener, options) =>
      begin(listener, () => {
        const type = outputType(affordances, 'events', name);
        const change = ({ data }: Change) => listener(valueToNodeWot(core, data, type));
        return interactions.subscribeEvent(name, { change }, contextOf(options));
      }),
    handleUnsubscribeEvent: (_, listener) => end(listener),
    handleObserveProperty: (name, listener, options) =>
      begin(listener, async () => {
        let present = true; // node-wot tells changes alone: who long-polls would get the present value again and again
        const type = outputType(affordances, 'properties', name);
        const change = ({ data }: Change) => present || listener(valueToNodeWot(core, data, type));
        const stop = await interactions.observeProperty(name, { change }, contextOf(options));
        present = false;
        return stop;
      }),
    handleUnobserveProperty: (_, listener) => end(listener),
  };
  return handled;
}

function contextOf({ uriVariables = {} }: Options): CallContext {
  const given = uriVariables as Readonly<Record<string, unknown>>;
  return { principal: anonymous, uriVariables: given, carries: 'bytes' };
}

/** Answers as the work does; a rejection that the stock MQTT server does not look at does not end the process. */
function settled<R>(work: () => Promise<R>): Promise<R> {
  const result = work();
  result.catch(() => {});
  return result;
}
