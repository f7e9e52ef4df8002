import { cbor } from '../../../codec/cbor.ts';
import { json } from '../../../codec/json.ts';
import { codecFor } from '../../../codec/registry.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { TlsOptions } from '../../../security/tls-options.ts';
import { isTopicFilter } from '../../../td/topic-filter.ts';
import { type HomeAssistantOption, homeAssistantPrefix } from '../home-assistant/home-assistant-prefix.ts';
import { isTopicPrefix } from '../messages/topic-names.ts';
import { checkBroker } from './check-broker.ts';

/** How the embedded broker listens. */
export interface EmbeddedOptions {
  /** Of plain TCP; default 1883, false for none. */
  readonly port?: number | false;
  /** Of all its ports; default the servient's. With `tls.ca` it may lie beyond loopback. */
  readonly host?: string;
  /** Where `ca` is given, a client without a certificate of theirs is refused; default port 8883. */
  readonly tls?: TlsOptions & { readonly port?: number };
  /** Takes MQTT over WebSocket, too, at `/mqtt` of the HTTP server that was started before; default false. */
  readonly websocket?: boolean;
}

/** How to sign in to an external broker. */
export interface ExternalOptions {
  readonly username?: string;
  readonly password?: string;
  /** Certificate (PEM) of an authority or broker to trust beside the system's, over TLS. */
  readonly ca?: string;
  /** The servient's certificate with its chain, and its key; PEM. */
  readonly cert?: string;
  readonly key?: string;
}

export interface MqttOptions extends EmbeddedOptions, ExternalOptions {
  /** `embedded` for a broker of our own (MQTT 3.1.1), else the address of one, e.g. `mqtt://localhost:1883`. */
  readonly broker: string;
  /** Put before all topics with a slash between, so that several sites share a broker, e.g. `site-a`; default none. */
  readonly prefix?: string;
  /** What the servient is called on the broker, at most 128 characters; default its own id. */
  readonly clientId?: string;
  /** Of all payloads but the TDs: JSON or CBOR; default `application/json`. */
  readonly contentType?: string;
  /** Filters of MQTT 5 Response Topics to answer at, beside those below a form's `tw:responseTopic`; whoever may ask has us publish there. */
  readonly responseTopics?: readonly string[];
  /** Announces the Things to Home Assistant (2024.11 or later) on the same broker; default false. */
  readonly homeAssistant?: HomeAssistantOption;
}

/** Throws WotError `invalid` MQTT_OPTIONS_INVALID, BROKER_ADDRESS_INVALID, CA_INVALID, those of `checkTls`, CONTENT_TYPE_UNKNOWN, TOPIC_FILTER_INVALID, TOPIC_PREFIX_INVALID, CLIENT_ID_INVALID or HOME_ASSISTANT_NEEDS_JSON. */
export function checkOptions(options: MqttOptions): void {
  const { contentType = 'application/json', responseTopics = [], prefix, clientId } = options;
  checkBroker(options);
  checkContentType(contentType);
  checkFilters(responseTopics);
  if (prefix !== undefined) checkPrefix(prefix);
  if (clientId !== undefined) checkClientId(clientId);
  homeAssistantPrefix(options.homeAssistant, contentType);
}

function checkContentType(contentType: string): void {
  const codec = codecFor(contentType);
  if (codec === json || codec === cbor) return;
  const message = `mqtt({ contentType: ${JSON.stringify(contentType)} }) is not possible; use application/json or application/cbor.`;
  throw new WotError('invalid', 'CONTENT_TYPE_UNKNOWN', message);
}

function checkFilters(filters: readonly string[]): void {
  const wrong = filters.find((filter) => !isTopicFilter(filter));
  if (wrong === undefined) return;
  const message = `mqtt({ responseTopics }) holds ${JSON.stringify(wrong)}, which is no topic filter; write it like "replies/#".`;
  throw new WotError('invalid', 'TOPIC_FILTER_INVALID', message);
}

function checkPrefix(prefix: string): void {
  if (isTopicPrefix(prefix)) return;
  const message = `mqtt({ prefix: ${JSON.stringify(prefix)} }) cannot begin topics; use levels without +, # and a leading $, with slashes only between them, e.g. "site-a".`;
  throw new WotError('invalid', 'TOPIC_PREFIX_INVALID', message);
}

function checkClientId(clientId: string): void {
  // MQTT 3.1.1 sections 1.5.3 and 3.1.3.1
  if (/^[^\p{C}\uFFFD]{1,128}$/u.test(clientId)) return;
  const message = `mqtt({ clientId: ${JSON.stringify(clientId)} }) cannot name a client; use 1 to 128 characters, e.g. "greenhouse-1".`;
  throw new WotError('invalid', 'CLIENT_ID_INVALID', message);
}
