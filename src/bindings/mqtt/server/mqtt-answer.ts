import type { IPublishPacket } from 'mqtt';
import type { Principal } from '../../../contracts/access.ts';
import type { Limits } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Logger } from '../../../contracts/logger.ts';
import { asWotError } from '../../../interaction/as-wot-error.ts';
import { receivedValue } from '../../../interaction/payload-types.ts';
import { queryVariables } from '../../../interaction/query-variables.ts';
import { matchesFilter } from '../../../td/topic-filter.ts';
import { bytesOf, type Outcome, resultEnvelope, resultMessage } from '../messages/mqtt-result.ts';
import { isTopicName } from '../messages/topic-names.ts';
import type { RequestTopic, TopicSpace } from '../messages/topic-space.ts';
import type { Message } from './broker-link.ts';
import type { Route } from './mqtt-requests.ts';

export interface AnswerContext {
  /** Who asks. */
  readonly principal: Principal;
  readonly topics: TopicSpace;
  /** Whether nobody else serves Things on this broker, so that requests to unknown ones are ours to answer. */
  readonly answersForAll: boolean;
  /** Whether the Thing that a topic belongs to is served here. */
  isServed(topic: string): boolean;
  /** What a request topic does. */
  routeOf(base: string): Route | undefined;
  readonly contentType: string;
  /** Filters of the Response Topics that are served beside those for results. */
  readonly responseTopics: readonly string[];
  readonly limits: Limits;
  /** Whether too many requests are under way. */
  readonly overloaded: boolean;
  readonly logger: Logger;
}

/** Does what a request asks, once; the answer is undefined where none is wanted. Never rejects. */
export async function answerRequest(
  packet: IPublishPacket,
  context: AnswerContext,
): Promise<Message | undefined> {
  const { topic, properties } = packet;
  const responseTopic = properties?.responseTopic;
  const { topics, answersForAll, isServed } = context;
  const request = topics.parseRequest(topic);
  // A result is no request.
  if (!request && (!responseTopic || topics.isReply(topic))) return undefined;
  if (!answersForAll && !isServed(topic)) return undefined;
  if (responseTopic !== undefined && !mayAnswerAt(responseTopic, context)) {
    const message = `A request at ${topic} is not served: its Response Topic ${responseTopic} is not for results. It must be below the "tw:responseTopic" of a form, or in the option "responseTopics" of mqtt().`;
    context.logger.warn(message);
    return undefined;
  }
  const answer = answerWriter(packet, request?.replyTopic, context.contentType);
  try {
    return answer(await perform(packet, request, context));
  } catch (thrown) {
    const what = `The MQTT server failed to answer a request at ${topic}`;
    const error = asWotError(thrown, context.logger, { code: 'INTERNAL', what });
    const told = answer({ error });
    if (!told && !packet.retain) context.logger.warn(`A request at ${topic} failed: ${error.message}`);
    return told;
  }
}

async function perform(
  packet: IPublishPacket,
  request: RequestTopic | undefined,
  context: AnswerContext,
): Promise<Outcome> {
  const { principal, contentType, limits, overloaded } = context;
  if (packet.retain) throw retained(packet.topic);
  const { run, takes = {}, gives } = routeFor(packet.topic, request, context);
  if (overloaded) {
    const message = 'Too many requests are under way over MQTT; try again a little later.';
    throw new WotError('overloaded', 'TOO_MANY_REQUESTS', message, { retryAfter: 1 });
  }
  const body = bytesOf(packet);
  if (body.length > limits.body) {
    const message = `The payload has ${body.length} bytes; at most ${limits.body} are taken.`;
    throw new WotError('too-large', 'BODY_TOO_LARGE', message);
  }
  const type = packet.properties?.contentType ?? takes.type ?? contentType;
  const input = body.length === 0 ? undefined : receivedValue({ type, body }, takes, limits.nesting);
  const uriVariables = queryVariables(request?.query ?? '');
  const value = await run(input, { principal, uriVariables, carries: 'bytes' });
  return { value, ...(gives === undefined ? {} : { type: gives }) };
}

function routeFor(
  topic: string,
  request: RequestTopic | undefined,
  { routeOf, isServed, topics }: AnswerContext,
): Route {
  if (!request) {
    const message = `${topic} is no request topic: after the verb come nothing or /{clientId}/{correlationId}, each of letters, digits, _ and -, and /?{query}.`;
    throw new WotError('invalid', 'TOPIC_MALFORMED', message);
  }
  const route = routeOf(request.base);
  if (route) return route;
  if (!isServed(request.base)) {
    const message = `${request.base} belongs to no Thing here; the TDs of all are retained at ${topics.root}things/{name}.`;
    throw new WotError('not-found', 'THING_UNKNOWN', message);
  }
  if (request.isOp) {
    const message = `${request.base} is no operation of a Thing here; its TD lists the topics.`;
    throw new WotError('not-found', 'OP_UNKNOWN', message);
  }
  const message = `${request.base} is no affordance of a Thing here; its TD lists the topics.`;
  throw new WotError('not-found', 'AFFORDANCE_UNKNOWN', message);
}

/** It would be repeated at every start, when nobody means it any longer. */
function retained(topic: string): WotError {
  const message = `A retained request is not served; publish to ${topic} without the retain flag.`;
  return new WotError('not-allowed', 'REQUEST_RETAINED', message);
}

/** Results are told at QoS 1: who subscribes by that, gets them also when it was away. */
const qos = 1;

function answerWriter(
  { properties }: IPublishPacket,
  replyTopic: string | undefined,
  contentType: string,
): (outcome: Outcome) => Message | undefined {
  const { responseTopic, correlationData } = properties ?? {};
  if (responseTopic !== undefined) {
    return (outcome) => {
      const { payload, properties: told } = resultMessage(outcome, contentType);
      const echoed = { ...told, ...(correlationData && { correlationData }) };
      return { topic: responseTopic, payload, options: { qos, properties: echoed } };
    };
  }
  if (replyTopic === undefined) return () => undefined;
  return (outcome) => ({
    topic: replyTopic,
    payload: resultEnvelope(outcome, contentType).payload,
    options: { qos },
  });
}

/** Nobody may have us publish, with our rights, where values and states are told or other devices listen. */
function mayAnswerAt(topic: string, { topics, responseTopics }: AnswerContext): boolean {
  if (!isTopicName(topic) || topic.startsWith('$')) return false;
  if (topics.isReserved(topic)) return topics.isReply(topic);
  return responseTopics.some((filter) => matchesFilter(filter, topic));
}
