import type { BindingHost } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import { thingPath } from '../../interaction/path-forms.ts';
import { type CoapCall, contentEnvelope } from './coap-call.ts';
import type { Envelope } from './coap-message.ts';
import { filterLinks, serialiseLinks } from './link-format.ts';
import { percentDecoded, type Resource, thingResource } from './thing-resources.ts';

/** Finds the resource of a path; WotError `not-found`, or `invalid` for a segment that is wrongly percent-encoded. */
export function resourceAt(path: readonly string[], host: BindingHost): Resource {
  const resource = find(path, host);
  if (resource !== undefined) return resource;
  const where = JSON.stringify(`/${path.join('/')}`.slice(0, 200));
  const message = `There is nothing at ${where}; GET /things or /.well-known/core lists what there is.`;
  throw new WotError('not-found', 'PATH_UNKNOWN', message);
}

function find([first, second, ...rest]: readonly string[], host: BindingHost): Resource | undefined {
  if (first === '.well-known' && rest.length === 0) {
    if (second === 'core') return { methods: { GET: (call) => coreLinks(host, call) } };
    return second === 'wot' ? td(ownThing(host)) : undefined;
  }
  if (first !== 'things') return undefined;
  if (second === undefined) return { methods: { GET: (call) => list(host, call) } };
  const thing = host.things.get(second) ?? host.things.get(percentDecoded(second));
  if (thing === undefined) return undefined;
  return rest.length === 0 ? td(thing) : thingResource(thing, rest);
}

function td(thing: HostedThing): Resource {
  return {
    methods: {
      GET(call) {
        const type = call.accepted(['application/td+json', 'application/json', 'application/cbor']);
        const { td: description, bytes } = thing.description();
        return type === 'application/cbor'
          ? call.answer('2.05', description)
          : contentEnvelope('2.05', type, bytes);
      },
    },
  };
}

function ownThing({ things }: BindingHost): HostedThing {
  const own = [...things.values()].find(({ listed }) => !listed);
  if (own) return own;
  throw new WotError(
    'unavailable',
    'STARTING',
    'The servient is starting or stopping; try again in a moment.',
  );
}

const listedThings = ({ things }: BindingHost): readonly HostedThing[] =>
  [...things.values()].filter(({ listed }) => listed);

/** `GET /things`, in order of exposure; `offset` and `limit` page it. */
function list(host: BindingHost, call: CoapCall): Envelope {
  const { offset = '0', limit = '1000000' } = call.uriVariables;
  if (!/^\d{1,9}$/.test(offset) || !/^[1-9]\d{0,8}$/.test(limit)) {
    throw new WotError(
      'invalid',
      'PAGE_INVALID',
      'offset and limit must be whole numbers, and limit above 0.',
    );
  }
  const page = listedThings(host).slice(Number(offset), Number(offset) + Number(limit));
  return call.answer('2.05', page.map(entry));
}

function entry({ name, id, affordances }: HostedThing) {
  const type = affordances['@type'];
  return {
    name,
    id,
    title: affordances.title,
    ...(type === undefined ? {} : { '@type': type }),
    href: thingPath(name),
  };
}

/** `GET /.well-known/core` (RFC 6690 section 4, WoT Discovery section 6.4): one link per Thing. */
function coreLinks(host: BindingHost, call: CoapCall): Envelope {
  const type = call.accepted(['application/link-format']);
  const links = listedThings(host).map(({ name, affordances: { title } }) => ({
    href: thingPath(name),
    attributes: { rt: 'wot.thing', ct: '432', title },
  }));
  return contentEnvelope('2.05', type, Buffer.from(serialiseLinks(filterLinks(links, call.uriVariables))));
}
