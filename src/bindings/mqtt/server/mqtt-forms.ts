import type { ThingForms } from '../../../contracts/binding.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { AffordanceKind, Form, Op, PartialForm } from '../../../contracts/td.ts';
import { declaredContent, formContent, invocationContent } from '../../../td/declared-content.ts';
import { mapMembers } from '../../../td/json-object.ts';
import { isReadable, isWritable } from '../../../td/offered.ts';
import { queryTemplate } from '../../../td/uri-template.ts';
import { isWebSocket } from '../connection/broker-url.ts';
import { replyBase, type TopicSpace } from '../messages/topic-space.ts';
import { eventDelivery, qosTerm } from './mqtt-delivery.ts';

const context = { mqv: 'https://www.w3.org/2019/wot/mqtt#', tw: 'urn:thingwright:mqtt#' };

interface Affordance {
  readonly uriVariables?: Readonly<Record<string, unknown>>;
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
  readonly observable?: boolean;
  readonly synchronous?: unknown;
  readonly forms?: readonly PartialForm[];
}

/** What requests and values are made of. */
interface Payloads {
  readonly topics: TopicSpace;
  readonly contentType: string;
  /** Bytes of one request. */
  readonly maxPayload: number;
}

/**
 * The forms of a Thing after the W3C MQTT binding: `href` is the broker alone. A form with `tw:responseTopic` asks at
 * `mqv:topic` and gets a result (mqtt-result.ts); where it has `mqv:filter` too, the retained value there answers
 * clients that know the W3C terms only. Payloads that HTTP has in its URL: `queryaction` and
 * `cancelaction` take the invocation id (a string), `readmultipleproperties` an array of names; uriVariables stay the
 * query of `href` and travel as a last topic level `?{query}`. `tw:thingTopic` is where a subscriber finds `status` and
 * `ops/replay` of the Thing. A request of more than `tw:maxPayload` bytes is refused,
 * and where a broker cannot take it at all the connection ends.
 */
export function mqttForms(thing: HostedThing, href: string, payloads: Payloads): ThingForms {
  const { topics } = payloads;
  const form = formMaker(href, topics.thing(thing.name), payloads);
  const each = (kind: AffordanceKind, make: (topic: string, affordance: Affordance) => readonly Form[]) =>
    mapMembers<Affordance, readonly Form[]>(thing.affordances[kind], (name, affordance) =>
      make(topics.affordance(thing.name, kind, name), affordance),
    );
  return {
    context,
    forms: thingLevelForms(thing, topics, form),
    properties: each('properties', (topic, property) => propertyForms(topic, property, form)),
    actions: each('actions', (topic, action) => actionForms(topic, action, form)),
    events: each('events', (topic, event) => [
      form.subscribe(['subscribeevent', 'unsubscribeevent'], topic, {
        ...qosTerm([event], 1),
        ...(eventDelivery(event).retain && { 'mqv:retain': true }),
        ...gives(event),
      }),
    ]),
  };
}

type FormMaker = ReturnType<typeof formMaker>;

function formMaker(href: string, thingTopic: string, { contentType, maxPayload }: Payloads) {
  const type = {
    ...(isWebSocket(href) && { subprotocol: 'mqtt' }),
    ...(contentType !== 'application/json' && { contentType }),
  };
  const withResult = (topic: string) => ({
    'mqv:topic': topic,
    'tw:responseTopic': replyBase(topic),
  });
  return {
    withResult,
    content: (action: Affordance) => formContent(invocationContent(action), contentType),
    subscribe: (op: readonly Op[], filter: string, terms: Partial<Form> = {}): Form => ({
      href,
      ...type,
      op,
      'mqv:controlPacket': 'subscribe',
      'mqv:filter': filter,
      'tw:thingTopic': thingTopic,
      ...terms,
    }),
    request: (op: Op, topic: string, { uriVariables }: Affordance = {}): Form => ({
      href: uriVariables ? `${href}/${queryTemplate(Object.keys(uriVariables))}` : href,
      ...type,
      op,
      'mqv:controlPacket': 'publish',
      ...withResult(topic),
      ...(/^(write|invoke)/.test(op) && { 'tw:maxPayload': maxPayload }),
    }),
  };
}

function propertyForms(topic: string, property: Affordance, form: FormMaker): readonly Form[] {
  const { readOnly = false, writeOnly = false, observable = false } = property;
  const observe: readonly Op[] = ['observeproperty', 'unobserveproperty'];
  const values =
    observable && !writeOnly && !property.uriVariables
      ? [
          form.subscribe(['readproperty', ...observe], topic, {
            ...qosTerm([property], 0),
            'mqv:retain': true,
            ...form.withResult(`${topic}/get`),
            ...gives(property),
          }),
        ]
      : [
          ...(writeOnly
            ? []
            : [{ ...form.request('readproperty', `${topic}/get`, property), ...gives(property) }]),
          ...(observable
            ? [form.subscribe(observe, topic, { ...qosTerm([property], 0), ...gives(property) })]
            : []),
        ];
  if (readOnly) return values;
  const { input } = declaredContent(property);
  const write = form.request('writeproperty', `${topic}/set`, property);
  return [...values, { ...write, ...(input && { contentType: input }) }];
}

function actionForms(topic: string, action: Affordance, form: FormMaker): readonly Form[] {
  const invoke = {
    ...form.request('invokeaction', `${topic}/invoke`, action),
    ...qosTerm([action], 0),
    ...form.content(action),
  };
  if (action.synchronous !== false) return [invoke];
  return [
    invoke,
    form.request('queryaction', `${topic}/query`),
    form.request('cancelaction', `${topic}/cancel`),
  ];
}

/** Whether one form can tell what all of them send: a wildcard filter has one content type. */
function isUniform(affordances: readonly Affordance[]): boolean {
  return affordances.length > 0 && affordances.every((each) => declaredContent(each).output === undefined);
}

/** The content type of what an affordance tells, where one is declared. */
function gives(affordance: Affordance): { readonly contentType?: string } {
  const { output } = declaredContent(affordance);
  return output === undefined ? {} : { contentType: output };
}

function thingLevelForms(
  { name, affordances }: HostedThing,
  topics: TopicSpace,
  form: FormMaker,
): readonly Form[] {
  const topic = topics.thing(name);
  const properties = Object.values(affordances.properties ?? {});
  const actions: readonly Affordance[] = Object.values(affordances.actions ?? {});
  const ops: readonly Op[] = [
    ...(properties.some(isReadable) ? (['readallproperties', 'readmultipleproperties'] as const) : []),
    ...(properties.some(isWritable) ? (['writeallproperties', 'writemultipleproperties'] as const) : []),
    ...(actions.some(({ synchronous }) => synchronous === false) ? (['queryallactions'] as const) : []),
  ];
  const events: readonly Affordance[] = Object.values(affordances.events ?? {});
  const observable: readonly Affordance[] = properties.filter((property) => property.observable);
  const observe: readonly Op[] = ['observeallproperties', 'unobserveallproperties'];
  const subscribe: readonly Op[] = ['subscribeallevents', 'unsubscribeallevents'];
  return [
    ...ops.map((op) => form.request(op, topics.op(name, op))),
    ...(isUniform(observable)
      ? [form.subscribe(observe, `${topic}/properties/+`, { ...qosTerm(observable, 0), 'mqv:retain': true })]
      : []),
    ...(isUniform(events) ? [form.subscribe(subscribe, `${topic}/events/+`, qosTerm(events, 1))] : []),
  ];
}
