import type { ThingForms } from '../../contracts/binding.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import type { DataSchema, Form, Op, PartialTd, PropertyAffordance } from '../../contracts/td.ts';

type Variables = { readonly [name: string]: DataSchema } | undefined;

/** The path of a Thing or of what belongs to it: the same as over HTTP. */
export function thingPath(name: string, ...segments: readonly string[]): string {
  return `/things/${[name, ...segments].map(encodeURIComponent).join('/')}`;
}

/** The forms that CoAP adds to a TD: default methods of the W3C CoAP binding throughout, so no `cov:method` is needed. */
export function coapForms({ name, affordances: td }: HostedThing, base: string): ThingForms {
  const href = (...segments: readonly string[]): string => base + thingPath(name, ...segments);
  const withQuery = (path: string, own: Variables): string => path + template({ ...td.uriVariables, ...own });
  return {
    context: { cov: 'https://www.w3.org/2019/wot/coap#' },
    forms: thingLevelForms(td, href),
    properties: perMember(td.properties, (property, affordance) =>
      propertyForms(affordance, withQuery(href('properties', property), affordance.uriVariables)),
    ),
    actions: perMember(td.actions, (action, { uriVariables }) => [
      form('invokeaction', withQuery(href('actions', action), uriVariables)),
    ]),
    events: perMember(td.events, (event, { uriVariables }) => [
      observation(['subscribeevent', 'unsubscribeevent'], withQuery(href('events', event), uriVariables)),
    ]),
    ...(readable(td) ? { uriVariables: { names: namesVariable } } : {}),
  };
}

const namesVariable: DataSchema = {
  type: 'string',
  description: 'Names of properties to read, separated by commas.',
};

function propertyForms(
  { readOnly, writeOnly, observable }: PropertyAffordance,
  href: string,
): readonly Form[] {
  const ops: Op[] = [];
  if (writeOnly !== true) ops.push('readproperty');
  if (readOnly !== true) ops.push('writeproperty');
  return [
    form(ops, href),
    ...(observable === true ? [observation(['observeproperty', 'unobserveproperty'], href)] : []),
  ];
}

function thingLevelForms(td: PartialTd, href: (segment: string) => string): readonly Form[] {
  const properties = Object.values(td.properties ?? {});
  const all: Op[] = readable(td) ? ['readallproperties'] : [];
  if (properties.some(({ readOnly }) => readOnly !== true))
    all.push('writeallproperties', 'writemultipleproperties');
  const forms = all.length > 0 ? [form(all, href('properties'))] : [];
  if (readable(td)) forms.push(form('readmultipleproperties', `${href('properties')}{?names}`));
  if (properties.some(({ observable }) => observable === true)) {
    forms.push(observation(['observeallproperties', 'unobserveallproperties'], href('properties')));
  }
  if (Object.values(td.actions ?? {}).some(({ synchronous }) => synchronous === false)) {
    forms.push(form('queryallactions', href('actions')));
  }
  if (Object.keys(td.events ?? {}).length > 0) {
    forms.push(observation(['subscribeallevents', 'unsubscribeallevents'], href('events')));
  }
  return forms;
}

function readable({ properties = {} }: PartialTd): boolean {
  return Object.values(properties).some(({ writeOnly }) => writeOnly !== true);
}

function form(op: Op | readonly Op[], href: string): Form {
  return { href, op, contentType: 'application/json' };
}

function observation(op: readonly Op[], href: string): Form {
  return { ...form(op, href), subprotocol: 'cov:observe' };
}

/** RFC 6570 form-style query of the declared uriVariables. */
function template(variables: NonNullable<Variables>): string {
  const names = Object.keys(variables);
  return names.length > 0 ? `{?${names.map(encodeURIComponent).join()}}` : '';
}

function perMember<A>(
  members: Readonly<Record<string, A>> = {},
  forms: (name: string, affordance: A) => readonly Form[],
): Readonly<Record<string, readonly Form[]>> {
  return Object.fromEntries(
    Object.entries(members).map(([name, affordance]) => [name, forms(name, affordance)]),
  );
}
