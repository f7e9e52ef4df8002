import type { Form } from '../contracts/td.ts';
import { ownMember } from './json-object.ts';

/** The protocols that are spoken here, by the schemes of their addresses. */
const protocols: Readonly<Record<string, string>> = {
  http: 'http',
  https: 'http',
  ws: 'websocket',
  wss: 'websocket',
  coap: 'coap',
  coaps: 'coap',
  'coap+tcp': 'coap',
  'coaps+tcp': 'coap',
  mqtt: 'mqtt',
  mqtts: 'mqtt',
};

/** The schemes that our own clients speak. */
export const spokenSchemes: readonly string[] = Object.keys(protocols);

/** The scheme of a form's address, in lower case; empty where it has none. */
export function schemeOf({ href }: Pick<Form, 'href'>): string {
  return href.slice(0, Math.max(0, href.indexOf(':'))).toLowerCase();
}

/** The name of a form's protocol, or its scheme where that is none of ours; a WebSocket may carry MQTT (MQTT 5 section 6). */
export function protocolOf(form: Pick<Form, 'href'> & { readonly subprotocol?: unknown }): string {
  const protocol = ownMember(protocols, schemeOf(form)) ?? schemeOf(form);
  return protocol === 'websocket' && form.subprotocol === 'mqtt' ? 'mqtt' : protocol;
}

/** Whether a client of ours speaks the protocol of a form. */
export function isSpoken(form: Pick<Form, 'href'>): boolean {
  return spokenSchemes.includes(schemeOf(form));
}
