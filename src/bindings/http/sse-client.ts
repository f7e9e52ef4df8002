import type { ClientRequest, Notification, NotificationListener } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import { deadline } from './deadline.ts';
import { bodyOf, type HttpContext, type OutgoingRequest, openExchange } from './http-exchange.ts';
import { type SseMessage, sseParser } from './sse-parser.ts';
import { type Attempt, keepSubscribed } from './subscription-loop.ts';

const utf8 = new TextEncoder();

/** A subscription to send: its signal ends it, whatever happened before. */
export interface Subscription {
  readonly request: ClientRequest;
  readonly call: OutgoingRequest;
  /** The content type of what is told. */
  readonly type: string;
  readonly listener: NotificationListener;
}

/** Subscribes to Server-Sent Events (WoT Profile, HTTP SSE); resumes with Last-Event-ID, ends on 204, 404 and 410. */
export function subscribeSse(context: HttpContext, subscription: Subscription): Promise<void> {
  const { listener, type, call } = subscription;
  let lastId = '';

  function message(received: SseMessage): void {
    lastId = received.id;
    if (received.event === '$gap') listener.gap?.(gapOf(received.data));
    else listener.next(notificationOf(received, type));
  }

  async function attempt({ delays, standing }: Attempt): Promise<'again' | 'ended'> {
    const resume = lastId === '' ? {} : { 'last-event-id': Buffer.from(lastId).toString('latin1') };
    const headers = { ...call.headers, accept: 'text/event-stream', 'cache-control': 'no-store', ...resume };
    const limit = deadline(context.clock, call.href, { ...subscription.request, signal: call.signal });
    const sent = { ...call, headers, signal: limit.signal };
    const response = await openExchange(context, sent).finally(limit.met);
    if (response.statusCode === 204) return 'ended';
    const found = String(response.headers['content-type']);
    if (!/^text\/event-stream\b/i.test(found)) {
      response.body.destroy();
      throw notAnEventStream(call.href, found);
    }
    standing();
    const push = sseParser({ message, retry: delays.shortest }, context.maxBody);
    for await (const chunk of bodyOf(sent, response)) {
      delays.reset();
      push(chunk);
    }
    return 'again';
  }

  return keepSubscribed(context, { signal: call.signal, listener, attempt });
}

function notificationOf({ event, id, data }: SseMessage, type: string): Notification {
  return {
    ...(event === 'message' ? {} : { name: event }),
    ...(id === '' ? {} : { id }),
    ...(isTimestamp(id) ? { timestamp: id } : {}),
    ...(data === '' ? {} : { content: { type, body: utf8.encode(data) } }),
  };
}

function isTimestamp(id: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(id) && !Number.isNaN(Date.parse(id))
  );
}

function gapOf(data: string): { readonly after?: string; readonly resumesAt?: string } {
  try {
    const { after, resumesAt } = JSON.parse(data) as Readonly<Record<string, unknown>>;
    return {
      ...(typeof after === 'string' ? { after } : {}),
      ...(typeof resumesAt === 'string' ? { resumesAt } : {}),
    };
  } catch {
    return {}; // a gap of unknown extent
  }
}

function notAnEventStream(href: string, found: string): WotError {
  return new WotError(
    'unsupported-media',
    'NOT_AN_EVENT_STREAM',
    `GET ${href} answered ${found} instead of text/event-stream; the form's subprotocol sse is not offered there.`,
    { href },
  );
}
