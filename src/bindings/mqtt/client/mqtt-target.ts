import { WotError } from '../../../contracts/errors.ts';
import type { Form, Op } from '../../../contracts/td.ts';
import { defaultContentType, responseType, subscriptionOps } from '../../../td/defaults.ts';
import { decodedOrSame } from '../../../td/percent-encoding.ts';
import { isTopicFilter } from '../../../td/topic-filter.ts';
import { brokerUrl, isWebSocket } from '../connection/broker-url.ts';
import { isTopicName } from '../messages/topic-names.ts';

/** Where and how a form's operation is sent. */
export interface MqttTarget {
  /** Without user, password and topic. */
  readonly broker: string;
  readonly username?: string;
  readonly password?: string;
  /** Of what is sent, where the protocol cannot tell it. */
  readonly requestType: string;
  /** Of what comes, where it does not tell it. */
  readonly contentType: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** To publish to. */
  readonly topic?: string;
  /** To subscribe to. */
  readonly filters: readonly string[];
  /** Bytes that the peer takes; absent where the form does not tell. */
  readonly maxPayload?: number;
  /** Where results of requests at `topic` come; absent where the form promises none. */
  readonly responseTopic?: string;
  /** Where its Thing retains its TD and has `status` and `ops/replay`; absent where the form does not tell. */
  readonly thingTopic?: string;
}

const publishOps: readonly Op[] = [
  'writeproperty',
  'writeallproperties',
  'writemultipleproperties',
  'invokeaction',
];

/** Whether an op can be sent with this form: it is MQTT, and there is a topic for what it does. */
export function canSend(op: Op, form: Form): boolean {
  // The IANA name of MQTT over WebSocket (MQTT 5 section 6)
  if (isWebSocket(form.href) && form.subprotocol !== 'mqtt') return false;
  const isPlain = op === 'readproperty' || publishOps.includes(op) || subscriptionOps.includes(op);
  return isPlain || form['tw:responseTopic'] !== undefined;
}

/** Reads a form; the topic may stand in the path of `href` too, as in TDs before the MQTT binding had terms for it. */
export function mqttTarget(op: Op, form: Form): MqttTarget {
  const { username, password } = URL.parse(form.href) ?? { username: '', password: '' };
  const responseTopic = topicTerm(form['tw:responseTopic']);
  const thingTopic = topicTerm(form['tw:thingTopic']);
  const { broker, path, query } = addressOf(form.href, responseTopic !== undefined);
  const topic = text(form['mqv:topic']) ?? path;
  const given = form['mqv:filter'] ?? path ?? text(form['mqv:topic']);
  const filters = [given].flat().filter((filter) => typeof filter === 'string');
  const maxPayload = form['tw:maxPayload'];
  const target: MqttTarget = {
    broker,
    ...(username === '' ? {} : { username: decodedOrSame(username) }),
    ...(password === '' ? {} : { password: decodedOrSame(password) }),
    requestType: form.contentType ?? defaultContentType,
    contentType: responseType(form),
    qos: qosOf(form['mqv:qos']),
    retain: form['mqv:retain'] === true,
    filters,
    ...(topic === undefined ? {} : { topic: query === '' ? topic : `${topic}/?${query}` }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(thingTopic === undefined ? {} : { thingTopic }),
    ...(typeof maxPayload === 'number' && { maxPayload }),
  };
  checkTopics(op, target);
  return target;
}

/** The broker, the topic in the path, and uriVariables; path and query of a WebSocket are its endpoint, save for the uriVariables of our own forms. */
function addressOf(href: string, isOurs: boolean) {
  const search = URL.parse(href)?.search ?? '';
  const query = search.slice(1).replaceAll('+', '%20').replaceAll('/', '%2F').replaceAll('.', '%2E');
  if (!isWebSocket(href)) return { broker: brokerUrl(href), path: pathTopic(href), query };
  if (!isOurs || search === '') return { broker: brokerUrl(href), query: '' };
  return { broker: brokerUrl(href.replace(/\/?\?.*$/s, '')), query };
}

function checkTopics(op: Op, { broker, topic, filters, responseTopic }: MqttTarget): void {
  const publishes = publishOps.includes(op) || responseTopic !== undefined;
  const usable =
    publishes && !subscriptionOps.includes(op)
      ? topic !== undefined && isTopicName(topic)
      : filters.length > 0 && filters.every(isTopicFilter);
  if (usable) return;
  const message = `The form for ${op} at ${broker} has no usable topic; it needs "mqv:topic" to publish or "mqv:filter" to subscribe.`;
  throw new WotError('invalid', 'FORM_TOPIC_INVALID', message, { href: broker });
}

/** What follows the authority, as it stands there: `#` is a wildcard and no fragment. */
function pathTopic(href: string): string | undefined {
  const topic = /^[^/]*\/\/[^/?#]*\/([^?]*)/.exec(href)?.[1];
  return topic === '' ? undefined : topic;
}

function qosOf(qos: unknown): 0 | 1 | 2 {
  const level = Number(qos ?? 0);
  return level === 1 || level === 2 ? level : 0;
}

function text(term: unknown): string | undefined {
  return typeof term === 'string' ? term : undefined;
}

function topicTerm(term: unknown): string | undefined {
  return typeof term === 'string' && isTopicName(term) ? term : undefined;
}
