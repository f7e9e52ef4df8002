import { WotError } from '../../../contracts/errors.ts';
import type { Form, Op } from '../../../contracts/td.ts';
import { defaultContentType, responseType, subscriptionOps } from '../../../td/defaults.ts';
import { decodedOrSame } from '../../../td/percent-encoding.ts';
import { brokerUrl } from '../connection/mqtt-connection.ts';
import { isTopicFilter, isTopicName } from '../messages/topic-names.ts';

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
}

const publishOps: readonly Op[] = [
  'writeproperty',
  'writeallproperties',
  'writemultipleproperties',
  'invokeaction',
];

/** Whether an op can be sent with this form: there is a topic for what it does. */
export function canSend(op: Op, form: Form): boolean {
  if (op === 'readproperty') return true;
  if (publishOps.includes(op) || subscriptionOps.includes(op)) return true;
  return form['tw:responseTopic'] !== undefined;
}

/** Reads a form; the topic may stand in the path of `href` too, as in TDs before the MQTT binding had terms for it. */
export function mqttTarget(op: Op, form: Form): MqttTarget {
  const broker = brokerUrl(form.href);
  const { username, password } = new URL(form.href);
  const path = pathTopic(form.href);
  const query = new URL(form.href).search.slice(1).replaceAll('+', '%20').replaceAll('/', '%2F');
  const topic = text(form['mqv:topic']) ?? path;
  const given = form['mqv:filter'] ?? path ?? text(form['mqv:topic']);
  const filters = [given].flat().filter((filter) => typeof filter === 'string');
  const responseTopic = text(form['tw:responseTopic']);
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
    ...(typeof maxPayload === 'number' && { maxPayload }),
  };
  checkTopics(op, target);
  return target;
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
