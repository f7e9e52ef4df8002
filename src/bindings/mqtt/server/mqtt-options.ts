import { cbor } from '../../../codec/cbor.ts';
import { json } from '../../../codec/json.ts';
import { codecFor } from '../../../codec/registry.ts';
import { WotError } from '../../../contracts/errors.ts';
import { isTopicFilter, isTopicName } from '../messages/topic-names.ts';

export interface MqttOptions {
  /** `embedded` for a broker of our own (MQTT 3.1.1), else the address of one, e.g. `mqtt://localhost:1883`. */
  readonly broker: string;
  /** Of the embedded broker; default 1883. */
  readonly port?: number;
  /** Of the embedded broker; default the servient's. */
  readonly host?: string;
  /** For an external broker. */
  readonly username?: string;
  readonly password?: string;
  /** Put before all topics with a slash between, so that several sites share a broker, e.g. `site-a`; default none. */
  readonly prefix?: string;
  /** Of all payloads but the TDs: JSON or CBOR; default `application/json`. */
  readonly contentType?: string;
  /** Filters of MQTT 5 Response Topics to answer at, beside those below a form's `tw:responseTopic`; whoever may ask has us publish there. */
  readonly responseTopics?: readonly string[];
}

/** Throws WotError `invalid` CONTENT_TYPE_UNKNOWN, TOPIC_FILTER_INVALID or TOPIC_PREFIX_INVALID. */
export function checkOptions(options: MqttOptions): void {
  const { contentType = 'application/json', responseTopics = [], prefix } = options;
  checkContentType(contentType);
  checkFilters(responseTopics);
  if (prefix !== undefined) checkPrefix(prefix);
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
  if (isTopicName(prefix) && !/^[$/]|\/$/.test(prefix)) return;
  const message = `mqtt({ prefix: ${JSON.stringify(prefix)} }) cannot begin topics; use levels without +, # and a leading $, with slashes only between them, e.g. "site-a".`;
  throw new WotError('invalid', 'TOPIC_PREFIX_INVALID', message);
}
