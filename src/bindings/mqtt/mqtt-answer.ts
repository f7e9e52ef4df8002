import type { IPublishPacket } from 'mqtt';
import { decodeContent } from '../../codec/registry.ts';
import type { Limits } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Value } from '../../contracts/interaction.ts';
import type { Logger } from '../../contracts/logger.ts';
import { asWotError } from '../../interaction/handler-call.ts';
import { mqttBroker } from './mqtt-publications.ts';
import type { Route } from './mqtt-requests.ts';
import { bytesOf, type Outcome, type ResultMessage, resultEnvelope, resultMessage } from './mqtt-result.ts';
import { isTopicName, parseRequestTopic, type RequestTopic } from './mqtt-topics.ts';

export interface AnswerContext {
  /** What a request topic does. */
  routeOf(base: string): Route | undefined;
  readonly contentType: string;
  readonly limits: Limits;
  readonly logger: Logger;
}

/** A result and where it goes. */
export interface Answer extends ResultMessage {
  readonly topic: string;
}

/** Does what a request asks, once; the answer is undefined where none is wanted. Never rejects. */
export async function answerRequest(
  packet: IPublishPacket,
  context: AnswerContext,
): Promise<Answer | undefined> {
  const request = parseRequestTopic(packet.topic);
  // A retained request would be repeated at every start.
  if (!request || packet.retain) return undefined;
  const write = answerWriter(packet, request, context.contentType);
  try {
    return write({ value: await perform(packet, request, context) });
  } catch (thrown) {
    const error = asWotError(thrown, packet.topic, context.logger);
    const answer = write({ error });
    if (!answer) context.logger.warn(`A request at ${packet.topic} failed: ${error.message}`);
    return answer;
  }
}

async function perform(
  packet: IPublishPacket,
  { base, query }: RequestTopic,
  { routeOf, contentType, limits }: AnswerContext,
): Promise<Value> {
  const route = routeOf(base);
  if (!route) {
    const message = `${base} is no affordance of a Thing here; its TD lists the topics.`;
    throw new WotError('not-found', 'AFFORDANCE_UNKNOWN', message);
  }
  const body = bytesOf(packet);
  if (body.length > limits.body) {
    const message = `The payload has ${body.length} bytes; at most ${limits.body} are taken.`;
    throw new WotError('too-large', 'PAYLOAD_TOO_LARGE', message);
  }
  const type = packet.properties?.contentType ?? contentType;
  const input = body.length === 0 ? undefined : decodeContent({ type, body }, limits.nesting);
  const uriVariables = Object.fromEntries(new URLSearchParams(query));
  return route(input, { principal: mqttBroker, uriVariables });
}

function answerWriter(
  { properties }: IPublishPacket,
  request: RequestTopic,
  contentType: string,
): (outcome: Outcome) => Answer | undefined {
  const { responseTopic, correlationData } = properties ?? {};
  if (responseTopic !== undefined) {
    if (!isSafeResponseTopic(responseTopic, request)) return () => undefined;
    return (outcome) => {
      const message = resultMessage(outcome, contentType);
      const echoed = { ...message.properties, ...(correlationData && { correlationData }) };
      return { topic: responseTopic, ...message, properties: echoed };
    };
  }
  const { replyTopic } = request;
  return (outcome) =>
    replyTopic === undefined ? undefined : { topic: replyTopic, ...resultEnvelope(outcome, contentType) };
}

/** Nobody may have us publish, with our rights, where values and states are told. */
function isSafeResponseTopic(topic: string, { replyBase }: RequestTopic): boolean {
  if (!isTopicName(topic) || topic.startsWith('$')) return false;
  return !/^(things|servients)\//.test(topic) || topic === replyBase || topic.startsWith(`${replyBase}/`);
}
