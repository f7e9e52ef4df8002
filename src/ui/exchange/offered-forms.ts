import { codecFor } from '../../codec/registry.ts';
import type { OfferedRoute } from '../../consumer/exchange.ts';
import type { Form, Op } from '../../contracts/td.ts';
import { isBinary } from '../../td/declared-content.ts';
import { isSpoken, protocolOf } from '../../td/protocol.ts';
import type { OfferedForm } from '../page-data.ts';

/** The forms of an op, in the order in which they are tried, each with the reason for its place. */
export function offeredForms(routes: readonly OfferedRoute[], op: Op): readonly OfferedForm[] {
  const first = routes.find(({ client }) => client !== undefined);
  return routes.map((route) => {
    const { form, client } = route;
    const usable = client !== undefined;
    const reason = usable ? placeOf(form, route === first) : hindranceOf(form, op);
    return { form, protocol: protocolOf(form), usable, reason };
  });
}

function placeOf(form: Form, isFirst: boolean): string {
  if (isFirst) return 'The first form of the TD that can be sent from here.';
  if (isBinary(form.contentType))
    return `Comes later, for it carries bytes (${form.contentType}), not values.`;
  return 'Can be sent too; the TD names it after the first one.';
}

function hindranceOf({ href, contentType = '', subprotocol, ...form }: Form, op: Op): string {
  const protocol = protocolOf({ href, subprotocol });
  if (codecFor(contentType) === undefined)
    return `Its content type ${JSON.stringify(contentType)} is no media type.`;
  if (!isSpoken({ href })) {
    return protocol === ''
      ? 'Its href is relative, and the TD has no base.'
      : `No client here speaks ${protocol}.`;
  }
  if (protocol === 'mqtt')
    return `Names no topic for results (tw:responseTopic), so ${op} could not be answered.`;
  if (protocol === 'websocket' && subprotocol === undefined)
    return 'Names no subprotocol; webthingprotocol is spoken here.';
  if (subprotocol !== undefined)
    return `The subprotocol ${JSON.stringify(subprotocol)} is not spoken here for ${op}.`;
  const method = form['cov:method'];
  if (method !== undefined) return `Its method ${JSON.stringify(method)} is none of CoAP.`;
  return `The ${protocol} client cannot send ${op} by it: it names no subprotocol or method for that.`;
}
