import type { ThingForms } from '../contracts/binding.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import type { DataSchema, Form, Op, PartialTd, PropertyAffordance } from '../contracts/td.ts';
import { mapMembers } from '../td/json-object.ts';

type Variables = Readonly<Record<string, DataSchema>> | undefined;

/** What tells the forms of one protocol with paths from those of another. */
export interface PathProtocol {
  /** Base address without a slash at its end. */
  readonly base: string;
  /** The subprotocol of observing and subscribing: `sse`, `cov:observe`. */
  readonly subprotocol: string;
}

/** The path of a Thing or of what belongs to it, the same on HTTP and CoAP. */
export function thingPath(name: string, ...segments: readonly string[]): string {
  return `/things/${[name, ...segments].map(encodeURIComponent).join('/')}`;
}

/** The forms that a protocol with paths adds to a TD: one per set of ops and subprotocol; JSON is the default content type. */
export function pathForms(thing: HostedThing, { base, subprotocol }: PathProtocol): ThingForms {
  const { affordances: td, name } = thing;
  const href = (...segments: readonly string[]) => base + thingPath(name, ...segments);
  const query = (own: Variables) => template({ ...td.uriVariables, ...own });
  return {
    forms: thingForms(td, href, subprotocol),
    properties: mapMembers(td.properties, (property, affordance) =>
      propertyForms(affordance, href('properties', property) + query(affordance.uriVariables), subprotocol),
    ),
    actions: mapMembers(td.actions, (action, { uriVariables }) => [
      { href: href('actions', action) + query(uriVariables), op: 'invokeaction' },
    ]),
    events: mapMembers(td.events, (event, { uriVariables }) => [
      {
        href: href('events', event) + query(uriVariables),
        op: ['subscribeevent', 'unsubscribeevent'],
        subprotocol,
      },
    ]),
    ...(hasReadable(td) ? { uriVariables: { names: namesVariable } } : {}),
  };
}

const namesVariable: DataSchema = {
  type: 'string',
  description: 'Names of properties to read, separated by commas.',
};

function propertyForms(
  { readOnly, writeOnly, observable }: PropertyAffordance,
  href: string,
  subprotocol: string,
): Form[] {
  const ops: Op[] = [];
  if (writeOnly !== true) ops.push('readproperty');
  if (readOnly !== true) ops.push('writeproperty');
  const forms: Form[] = [{ href, op: ops }];
  if (observable === true) forms.push({ href, op: ['observeproperty', 'unobserveproperty'], subprotocol });
  return forms;
}

function thingForms(td: PartialTd, href: (segment: string) => string, subprotocol: string): Form[] {
  const properties = Object.values(td.properties ?? {});
  const all: Op[] = hasReadable(td) ? ['readallproperties'] : [];
  if (properties.some(({ readOnly }) => readOnly !== true)) {
    all.push('writeallproperties', 'writemultipleproperties');
  }
  const forms: Form[] = all.length > 0 ? [{ href: href('properties'), op: all }] : [];
  if (hasReadable(td)) forms.push({ href: `${href('properties')}{?names}`, op: 'readmultipleproperties' });
  if (properties.some(({ observable }) => observable === true)) {
    const op: Op[] = ['observeallproperties', 'unobserveallproperties'];
    forms.push({ href: href('properties'), op, subprotocol });
  }
  if (Object.values(td.actions ?? {}).some(({ synchronous }) => synchronous === false)) {
    forms.push({ href: href('actions'), op: 'queryallactions' });
  }
  if (Object.keys(td.events ?? {}).length > 0) {
    const op: Op[] = ['subscribeallevents', 'unsubscribeallevents'];
    forms.push({ href: href('events'), op, subprotocol });
  }
  return forms;
}

function hasReadable({ properties = {} }: PartialTd): boolean {
  return Object.values(properties).some(({ writeOnly }) => writeOnly !== true);
}

/** RFC 6570 form-style query of the declared uriVariables. */
function template(variables: NonNullable<Variables>): string {
  const names = Object.keys(variables);
  return names.length > 0 ? `{?${names.map(encodeURIComponent).join()}}` : '';
}
