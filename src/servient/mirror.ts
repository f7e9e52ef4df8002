import type { AnyAction, AnyEvent, AnyProperty } from '../consumer/affordances.ts';
import type { ConsumedThing } from '../consumer/consumed-thing.ts';
import type { InteractionOptions } from '../consumer/interaction-options.ts';
import type { Invocation } from '../consumer/invocation.ts';
import { noForms, type ServerBinding, type ThingForms } from '../contracts/binding.ts';
import type {
  ActionHandler,
  EventHandler,
  HandlerContext,
  PropertyHandler,
  ThingDefinition,
  ThingHandle,
} from '../contracts/definition.ts';
import { type Logger, silentLogger } from '../contracts/logger.ts';
import type {
  ActionAffordance,
  Form,
  PartialForm,
  PartialTd,
  PropertyAffordance,
  ThingDescription,
} from '../contracts/td.ts';
import { declaredContent, formContent } from '../td/declared-content.ts';
import { absoluteHref } from '../td/forms.ts';
import { mapMembers } from '../td/json-object.ts';
import { type Follower, Following } from './following.ts';

/** Things of elsewhere on a servient: add it to the bindings, for the forms that lead straight to them. */
export interface Mirrors extends ServerBinding {
  /**
   * A consumed Thing as one to expose: whoever comes to the servient over any of its protocols reaches it, wherever it is.
   * What it tells is subscribed to while somebody here watches. Unexposing it stops the consumed Thing.
   */
  mirror(thing: ConsumedThing<ThingDescription>): ThingDefinition;
}

/** Makes a servient a gateway to Things that are elsewhere. */
export function mirrors(): Mirrors {
  const originals = new WeakMap<PartialTd, ThingForms>();
  let logger = silentLogger;
  return {
    name: 'mirror',
    addresses: [],
    async start(host) {
      ({ logger } = host);
    },
    forms: ({ affordances }) => originals.get(affordances) ?? noForms,
    expose: async () => {},
    unexpose: async () => {},
    stop: async () => {},
    mirror(thing) {
      const td = mirroredTd(thing.td);
      originals.set(td, originalForms(thing.td));
      const handlers = (handle: ThingHandle) => mirroredHandlers(thing, handle, logger);
      return { td, options: { lenient: true }, handlers };
    },
  };
}

const nosec = 'nosec_sc';

/** The TD without its own forms; those that declare content keep that. Who comes here needs no credentials of there. */
function mirroredTd(td: ThingDescription): PartialTd {
  const { base: _b, forms: _f, profile: _p, properties, actions, events, ...rest } = td;
  return {
    ...rest,
    securityDefinitions: { ...td.securityDefinitions, [nosec]: { scheme: 'nosec' } },
    security: nosec,
    ...(properties && { properties: mapMembers(properties, (_, property) => withoutForms(property)) }),
    ...(actions && { actions: mapMembers(actions, (_, action) => withoutForms(action)) }),
    ...(events && { events: mapMembers(events, (_, event) => withoutForms(event)) }),
  };
}

function withoutForms<A extends { readonly forms?: readonly Form[] }>({ forms = [], ...affordance }: A) {
  const content: PartialForm = formContent(declaredContent({ forms }));
  return Object.keys(content).length === 0 ? affordance : { ...affordance, forms: [content] };
}

/** Its own forms, as they lead there from anywhere. */
function originalForms(td: ThingDescription): ThingForms {
  const of = (affordances: PartialTd['properties'] | PartialTd['actions'] | PartialTd['events'] = {}) =>
    mapMembers(affordances, (_, { forms = [] }) => absoluteForms(td, forms as readonly Form[]));
  return {
    forms: absoluteForms(td, td.forms ?? []),
    properties: of(td.properties),
    actions: of(td.actions),
    events: of(td.events),
  };
}

/** Against the base of the TD, with the security that holds there (TD 1.1 section 5.3.4.2). */
function absoluteForms({ base, security }: ThingDescription, forms: readonly Form[]): readonly Form[] {
  return forms.map((form) => ({ security, ...form, href: absoluteHref(form.href, base) }));
}

function mirroredHandlers(thing: ConsumedThing<ThingDescription>, handle: ThingHandle, logger: Logger) {
  const { td } = thing;
  const failed = (name: string) => (error: Error) => {
    const what = `${JSON.stringify(name)} of ${JSON.stringify(td.title)}`;
    logger.warn(`${what} cannot be followed: ${error.message} It is tried again.`);
  };
  const properties = thing.properties as unknown as Readonly<Record<string, AnyProperty>>;
  const actions = thing.actions as unknown as Readonly<Record<string, AnyAction>>;
  const events = thing.events as unknown as Readonly<Record<string, AnyEvent>>;
  return {
    properties: mapMembers(td.properties, (name, affordance) =>
      mirroredProperty(affordance, properties[name] as AnyProperty, {
        tell: (value) => handle.notify(name, value),
        failed: failed(name),
      }),
    ),
    actions: mapMembers(td.actions, (name, affordance) =>
      mirroredAction(affordance, actions[name] as AnyAction),
    ),
    events: mapMembers(td.events, (name): EventHandler => {
      const following = new Following((signal) => (events[name] as AnyEvent).subscribe({ signal }), {
        tell: (data) => handle.emit(name, data),
        failed: failed(name),
      });
      return { subscribed: () => following.begin(), unsubscribed: () => following.end() };
    }),
    close: () => thing.stop(),
  };
}

function mirroredProperty(
  { readOnly, writeOnly, observable }: PropertyAffordance,
  property: AnyProperty,
  follower: Follower,
): PropertyHandler {
  const following = new Following((signal) => property.observe({ signal }), follower);
  return {
    ...(writeOnly !== true && { read: (context) => property.read(callOf(context)) }),
    ...(readOnly !== true && { write: (value, context) => property.write(value, callOf(context)) }),
    ...(observable === true && {
      observed: () => following.begin(),
      unobserved: () => following.end(),
    }),
  };
}

/** An asynchronous action runs here as long as it does there, and is cancelled there when it is here. */
function mirroredAction({ synchronous }: ActionAffordance, action: AnyAction): ActionHandler {
  return async (input, context) => {
    const answer = await action.invoke(input, callOf(context));
    if (synchronous !== false) return answer;
    const invocation = answer as Invocation<unknown>;
    const cancel = () => void invocation.cancel().catch(() => {});
    context.signal.addEventListener('abort', cancel, { once: true });
    return invocation.result.finally(() => context.signal.removeEventListener('abort', cancel));
  };
}

function callOf({ signal, uriVariables }: HandlerContext): InteractionOptions {
  return Object.keys(uriVariables).length === 0 ? { signal } : { signal, uriVariables };
}
