import type { BindingHost } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import { listedThings, listPage, servientThing } from '../../../interaction/hosted-list.ts';
import { thingPath } from '../../../interaction/path-forms.ts';
import { decodeComponent } from '../../../td/percent-encoding.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { filterLinks, serialiseLinks } from '../messages/link-format.ts';
import { type CoapCall, contentEnvelope } from './coap-call.ts';
import { type Resource, thingResource } from './thing-resources.ts';

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
    return second === 'wot' ? td(servientThing(host.things)) : undefined;
  }
  if (first !== 'things') return undefined;
  if (second === undefined)
    return {
      methods: { GET: (call) => call.answer('2.05', listPage(host.things, call.uriVariables)) },
    };
  const thing = host.things.get(second) ?? host.things.get(decodeComponent(second));
  if (thing === undefined) return undefined;
  return rest.length === 0 ? td(thing) : thingResource(thing, rest);
}

function td(thing: HostedThing): Resource {
  return {
    methods: {
      GET(call) {
        const type = call.accepted(['application/td+json', 'application/json', 'application/cbor']);
        const served = thing.description();
        return type === 'application/cbor'
          ? call.answer('2.05', served.td)
          : contentEnvelope('2.05', type, served.bytes);
      },
    },
  };
}

/** `GET /.well-known/core` (RFC 6690 section 4, WoT Discovery section 6.4): one link per Thing. */
function coreLinks(host: BindingHost, call: CoapCall): Envelope {
  const type = call.accepted(['application/link-format']);
  const links = listedThings(host.things).map(({ name, affordances: { title } }) => ({
    href: thingPath(name),
    attributes: { rt: 'wot.thing', ct: '432', title },
  }));
  return contentEnvelope('2.05', type, Buffer.from(serialiseLinks(filterLinks(links, call.uriVariables))));
}
