import type { HostedThing } from '../../../contracts/interaction.ts';
import { listedThings } from '../../../interaction/hosted-list.ts';
import { thingPath } from '../../../interaction/path-forms.ts';
import {
  eventShape,
  type PayloadShape,
  payloadTypes,
  propertiesShape,
  propertyShapes,
} from '../../../interaction/payload-types.ts';
import { coapType, contentFormatOf } from '../messages/content-formats.ts';
import { type CoreLink, filterLinks } from '../messages/link-format.ts';

type Things = ReadonlyMap<string, HostedThing>;

/** Bytes from which the size of a resource is told (RFC 6690 section 3.3). */
const toldFrom = 1024;

const list: CoreLink = { href: '/things', attributes: { ct: '50 60 40' } };

/**
 * What `/.well-known/core` lists (RFC 6690 section 4, WoT Discovery section 6.4): the list of Things and one link per Thing.
 * A filter finds the properties, actions and events too, which would make the whole list too long for a constrained client.
 */
export function coreLinks(things: Things, queries: readonly string[]): readonly CoreLink[] {
  const all = listedThings(things);
  if (queries.length === 0) return [list, ...all.map(thingLink)];
  return filterLinks([list, ...all.flatMap(linksOfThing)], queries);
}

/** One link per Thing. */
export function thingLinks(things: Things): readonly CoreLink[] {
  return listedThings(things).map(thingLink);
}

/** A Thing and all its resources. */
export function linksOfThing(thing: HostedThing): readonly CoreLink[] {
  const links = ofInteractions.get(thing) ?? interactionLinks(thing);
  ofInteractions.set(thing, links);
  return [thingLink(thing), ...links];
}

/** Affordances never change. */
const ofInteractions = new WeakMap<HostedThing, readonly CoreLink[]>();

function thingLink(thing: HostedThing): CoreLink {
  const { title, '@type': type } = thing.affordances;
  const size = thing.description().bytes.length;
  const sz = size > toldFrom && { sz: String(size) };
  return {
    href: thingPath(thing.name),
    attributes: { rt: tokens('wot.thing', type), ct: '432', ...sz, ...titled(title) },
  };
}

function interactionLinks(thing: HostedThing): readonly CoreLink[] {
  const { properties = {}, actions = {}, events = {} } = thing.affordances;
  const link = (path: readonly string[], { shape, ...told }: Told, about: About = {}): CoreLink => {
    const rt = tokens(about['@type']);
    return {
      href: thingPath(thing.name, ...path),
      attributes: {
        ...(rt !== '' && { rt }),
        ...told,
        ct: formatsOf(shape),
        ...titled(about.title),
      },
    };
  };
  const isObserved = Object.values(properties).some(({ observable }) => observable === true);
  return [
    ...some(
      properties,
      link(['properties'], { if: 'wot.properties', ...obs(isObserved), shape: propertiesShape(thing) }),
    ),
    ...Object.entries(properties).map(([name, property]) =>
      link(
        ['properties', name],
        { if: 'wot.property', ...obs(property.observable), shape: propertyShapes(thing, name).gives },
        property,
      ),
    ),
    ...Object.entries(actions).map(([name, action]) =>
      link(['actions', name], { if: 'wot.action', shape: {} }, action),
    ),
    ...some(events, link(['events'], { if: 'wot.events', obs: true, shape: {} })),
    ...Object.entries(events).map(([name, event]) =>
      link(['events', name], { if: 'wot.event', obs: true, shape: eventShape(thing, name) }, event),
    ),
  ];
}

/** How a resource is used, and what it holds. */
interface Told {
  readonly if: string;
  readonly obs?: true;
  readonly shape: PayloadShape;
}

interface About {
  readonly title?: string;
  readonly '@type'?: string | readonly string[];
}

function some(members: object, link: CoreLink): readonly CoreLink[] {
  return Object.keys(members).length > 0 ? [link] : [];
}

function obs(observable: boolean | undefined): Pick<Told, 'obs'> {
  return observable === true ? { obs: true } : {};
}

/** A Thing from elsewhere may have any title. */
function titled(title: unknown): CoreLink['attributes'] {
  return typeof title === 'string' ? { title } : {};
}

function formatsOf(shape: PayloadShape): string {
  return payloadTypes(shape)
    .map((type) => contentFormatOf(coapType(type)))
    .join(' ');
}

/** Types as the tokens of a list; what cannot be one is left out. */
function tokens(...types: readonly (string | readonly string[] | undefined)[]): string {
  return types
    .flat()
    .filter((type) => type !== undefined && /^[!-~]+$/.test(type))
    .join(' ');
}
