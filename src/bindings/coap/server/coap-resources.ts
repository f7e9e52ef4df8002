import type { BindingHost } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import { listPage, servientThing } from '../../../interaction/hosted-list.ts';
import { payloadTypes } from '../../../interaction/payload-types.ts';
import { starting } from '../../../interaction/servient-state.ts';
import { decodeComponent } from '../../../td/percent-encoding.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionNumber, optionTexts } from '../messages/coap-option.ts';
import { type CoreLink, serialiseLinks } from '../messages/link-format.ts';
import { type CoapCall, contentEnvelope } from './coap-call.ts';
import { coreLinks, linksOfThing, thingLinks } from './core-links.ts';
import { type Resource, thingResource } from './thing-resources.ts';

const linkFormat = 'application/link-format';

/** Finds the resource of a path; WotError `not-found`, or `invalid` for a segment that is wrongly percent-encoded. */
export function resourceAt(path: readonly string[], host: BindingHost): Resource {
  const resource = find(path, host);
  if (resource !== undefined) return resource;
  if (!host.isUp) throw starting();
  const where = JSON.stringify(`/${path.join('/')}`.slice(0, 200));
  const message = `There is nothing at ${where}; GET /things or /.well-known/core lists what there is.`;
  throw new WotError('not-found', 'PATH_UNKNOWN', message);
}

function find([first, second, ...rest]: readonly string[], host: BindingHost): Resource | undefined {
  if (first === '.well-known' && rest.length === 0) {
    if (second === 'core') return document((call) => linkList(call, coreLinks(host.things, queries(call))));
    return second === 'wot' ? td(servientThing(host.things)) : undefined;
  }
  if (first !== 'things') return undefined;
  if (second === undefined) return thingList(host);
  const thing = host.things.get(second) ?? host.things.get(decodeComponent(second));
  if (thing === undefined) return undefined;
  return rest.length === 0 ? td(thing) : thingResource(thing, rest);
}

const document = (GET: (call: CoapCall) => Envelope): Resource => ({ methods: { GET }, isDocument: true });

function td(thing: HostedThing): Resource {
  return document((call) => {
    const type = call.accepted(['application/td+json', 'application/json', 'application/cbor', linkFormat]);
    if (type === linkFormat) return linkList(call, linksOfThing(thing));
    const served = thing.description();
    return type === 'application/cbor'
      ? call.answer('2.05', served.td)
      : contentEnvelope('2.05', type, served.bytes);
  });
}

function thingList({ things }: BindingHost): Resource {
  const offered = [...payloadTypes({}), linkFormat];
  return document((call) =>
    call.accepted(offered) === linkFormat
      ? linkList(call, thingLinks(things))
      : call.answer('2.05', listPage(things, call.uriVariables)),
  );
}

function linkList(call: CoapCall, links: readonly CoreLink[]): Envelope {
  return contentEnvelope('2.05', call.accepted([linkFormat]), Buffer.from(serialiseLinks(links)));
}

function queries({ target }: CoapCall): readonly string[] {
  return optionTexts(target, optionNumber.uriQuery).filter((query) => query !== '');
}
