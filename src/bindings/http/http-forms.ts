import type { ThingForms } from '../../contracts/binding.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import type { DataSchema, Form, Op, PartialTd, PropertyAffordance } from '../../contracts/td.ts';

type Declared = Readonly<Record<string, DataSchema>> | undefined;

/** The paths of one Thing (design: same shape on HTTP and CoAP). */
export function thingPath(name: string, ...segments: readonly string[]): string {
  return `/things/${[name, ...segments].map(encodeURIComponent).join('/')}`;
}

/** The forms that HTTP adds to a TD: one per set of ops and subprotocol. */
export function httpForms(thing: HostedThing, base: string): ThingForms {
  const { affordances: td, name } = thing;
  const href = (...segments: readonly string[]) => base + thingPath(name, ...segments);
  return {
    forms: thingForms(td, href),
    properties: perMember(td.properties, (property, affordance) =>
      propertyForms(
        affordance,
        href('properties', property) + template(td.uriVariables, affordance.uriVariables),
      ),
    ),
    actions: perMember(td.actions, (action, { uriVariables }) => [
      form('invokeaction', href('actions', action) + template(td.uriVariables, uriVariables)),
    ]),
    events: perMember(td.events, (event, { uriVariables }) => [
      form(
        ['subscribeevent', 'unsubscribeevent'],
        href('events', event) + template(td.uriVariables, uriVariables),
        'sse',
      ),
    ]),
    ...(readable(td).length > 0 ? { uriVariables: { names: namesVariable } } : {}),
  };
}

const namesVariable: DataSchema = {
  type: 'string',
  description: 'Names of properties to read, separated by commas.',
};

function propertyForms({ readOnly, writeOnly, observable }: PropertyAffordance, href: string): Form[] {
  const ops: Op[] = [];
  if (writeOnly !== true) ops.push('readproperty');
  if (readOnly !== true) ops.push('writeproperty');
  const observe: Form[] =
    observable === true ? [form(['observeproperty', 'unobserveproperty'], href, 'sse')] : [];
  return [form(ops, href), ...observe];
}

function thingForms(td: PartialTd, href: (segment: string) => string): Form[] {
  const properties = Object.values(td.properties ?? {});
  const all: Op[] = [];
  if (readable(td).length > 0) all.push('readallproperties');
  if (properties.some(({ readOnly }) => readOnly !== true))
    all.push('writeallproperties', 'writemultipleproperties');
  const forms: Form[] = all.length > 0 ? [form(all, href('properties'))] : [];
  if (readable(td).length > 0) forms.push(form('readmultipleproperties', `${href('properties')}{?names}`));
  if (properties.some(({ observable }) => observable === true)) {
    forms.push(form(['observeallproperties', 'unobserveallproperties'], href('properties'), 'sse'));
  }
  if (Object.values(td.actions ?? {}).some(({ synchronous }) => synchronous === false)) {
    forms.push(form('queryallactions', href('actions')));
  }
  if (Object.keys(td.events ?? {}).length > 0) {
    forms.push(form(['subscribeallevents', 'unsubscribeallevents'], href('events'), 'sse'));
  }
  return forms;
}

function readable({ properties = {} }: PartialTd): PropertyAffordance[] {
  return Object.values(properties).filter(({ writeOnly }) => writeOnly !== true);
}

function form(op: Op | readonly Op[], href: string, subprotocol?: string): Form {
  return { href, op, contentType: 'application/json', ...(subprotocol && { subprotocol }) };
}

/** RFC 6570 form-style query of the declared uriVariables. */
function template(thing: Declared, affordance: Declared): string {
  const names = Object.keys({ ...thing, ...affordance });
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
