import type { ThingForms } from '../contracts/binding.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import type {
  DataSchema,
  EventAffordance,
  Form,
  Op,
  PartialTd,
  PropertyAffordance,
} from '../contracts/td.ts';
import {
  type DeclaredContent,
  declaredContent,
  formContent,
  invocationContent,
  isBinary,
} from '../td/declared-content.ts';
import { mapMembers } from '../td/json-object.ts';
import { isObservable, isReadable, isTellable, isWritable } from '../td/offered.ts';
import { queryTemplate } from '../td/uri-template.ts';

type Variables = Readonly<Record<string, DataSchema>> | undefined;

/** What tells the forms of one protocol with paths from those of another. */
export interface PathProtocol {
  /** Base address without a slash at its end. */
  readonly base: string;
  /** The subprotocol of observing and subscribing: `sse`, `cov:observe`. */
  readonly subprotocol: string;
  /** Whether what is observed may be bytes. */
  readonly observesBytes?: boolean;
  /** The content type as which a declared one travels, where that differs. */
  contentType?(declared: string): string;
}

/** The path of a Thing or of what belongs to it, the same on HTTP and CoAP. */
export function thingPath(name: string, ...segments: readonly string[]): string {
  return `/things/${[name, ...segments].map(encodeURIComponent).join('/')}`;
}

/** The forms that a protocol with paths adds to a TD: one per set of ops and subprotocol; JSON is the default content type. */
export function pathForms(thing: HostedThing, protocol: PathProtocol): ThingForms {
  const { base, subprotocol } = protocol;
  const { affordances: td, name } = thing;
  const href = (...segments: readonly string[]) => base + thingPath(name, ...segments);
  const query = (own: Variables) => queryTemplate(Object.keys({ ...td.uriVariables, ...own }));
  return {
    forms: thingForms(td, href, subprotocol),
    properties: mapMembers(td.properties, (property, affordance) =>
      propertyForms(affordance, href('properties', property) + query(affordance.uriVariables), protocol),
    ),
    actions: mapMembers(td.actions, (action, affordance) => [
      {
        href: href('actions', action) + query(affordance.uriVariables),
        op: 'invokeaction',
        ...contentTerms(invocationContent(affordance), protocol),
      },
    ]),
    events: mapMembers(td.events, (event, affordance) =>
      eventForms(affordance, href('events', event) + query(affordance.uriVariables), protocol),
    ),
    ...(hasReadable(td) ? { uriVariables: { names: namesVariable } } : {}),
  };
}

const namesVariable: DataSchema = {
  type: 'string',
  description: 'Names of properties to read, separated by commas.',
};

function propertyForms(property: PropertyAffordance, href: string, protocol: PathProtocol): Form[] {
  const { readOnly, writeOnly, observable } = property;
  const content = declaredContent(property);
  const ops: Op[] = [];
  if (writeOnly !== true) ops.push('readproperty');
  if (readOnly !== true) ops.push('writeproperty');
  const forms: Form[] = [{ href, op: ops, ...contentTerms(content, protocol) }];
  if (observable !== true || !isObserved(content, protocol)) return forms;
  const { subprotocol } = protocol;
  return [
    ...forms,
    { href, op: ['observeproperty', 'unobserveproperty'], subprotocol, ...observedTerms(content, protocol) },
  ];
}

function eventForms(event: EventAffordance, href: string, protocol: PathProtocol): Form[] {
  const content = declaredContent(event);
  if (!isObserved(content, protocol)) return [];
  const { subprotocol } = protocol;
  return [
    { href, op: ['subscribeevent', 'unsubscribeevent'], subprotocol, ...observedTerms(content, protocol) },
  ];
}

function isObserved({ output }: DeclaredContent, { observesBytes = false }: PathProtocol): boolean {
  return observesBytes || !isBinary(output);
}

/** What a stream of JSON carries needs no content type. */
function observedTerms({ output }: DeclaredContent, protocol: PathProtocol): Partial<Form> {
  return protocol.observesBytes && output !== undefined
    ? contentTerms({ input: output, output }, protocol)
    : {};
}

function contentTerms({ input, output }: DeclaredContent, protocol: PathProtocol): Partial<Form> {
  const { contentType = (declared: string) => declared } = protocol;
  return formContent({
    ...(input && { input: contentType(input) }),
    ...(output && { output: contentType(output) }),
  });
}

function thingForms(td: PartialTd, href: (segment: string) => string, subprotocol: string): Form[] {
  const properties = Object.values(td.properties ?? {});
  const all: Op[] = hasReadable(td) ? ['readallproperties'] : [];
  if (properties.some(isWritable)) {
    all.push('writeallproperties', 'writemultipleproperties');
  }
  const forms: Form[] = all.length > 0 ? [{ href: href('properties'), op: all }] : [];
  if (hasReadable(td)) forms.push({ href: `${href('properties')}{?names}`, op: 'readmultipleproperties' });
  if (properties.some(isObservable)) {
    const op: Op[] = ['observeallproperties', 'unobserveallproperties'];
    forms.push({ href: href('properties'), op, subprotocol });
  }
  if (Object.values(td.actions ?? {}).some(({ synchronous }) => synchronous === false)) {
    forms.push({ href: href('actions'), op: 'queryallactions' });
  }
  if (Object.values(td.events ?? {}).some(isTellable)) {
    const op: Op[] = ['subscribeallevents', 'unsubscribeallevents'];
    forms.push({ href: href('events'), op, subprotocol });
  }
  return forms;
}

function hasReadable({ properties = {} }: PartialTd): boolean {
  return Object.values(properties).some(isReadable);
}
