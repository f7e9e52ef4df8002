import type {
  ChangeGap,
  ClientRequest,
  Notification,
  NotificationListener,
} from '../../contracts/binding.ts';
import type { Clock, Timer } from '../../contracts/clock.ts';
import { withDeadline } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import { type Attempt, keepSubscribed } from '../../contracts/subscription-loop.ts';
import { bodyOf, type HttpContext, type OutgoingRequest, openExchange } from './http-exchange.ts';
import { type SseMessage, sseParser } from './sse-parser.ts';

const utf8 = new TextEncoder();

/** Milliseconds in which three heartbeats of our servers did not come. */
const silenceFor = 45_000;

/** A subscription to send: its signal ends it, whatever happened before. */
export interface Subscription {
  readonly request: ClientRequest;
  readonly call: OutgoingRequest;
  /** The content type of what is told. */
  readonly type: string;
  readonly listener: NotificationListener;
}

/** Subscribes to Server-Sent Events (WoT Profile, HTTP SSE); resumes with Last-Event-ID, ends on 204, 410 and the event `$end`. */
export function subscribeSse(context: HttpContext, subscription: Subscription): Promise<void> {
  const { listener, type, call } = subscription;
  let lastId = '';
  let ended = false;

  function message(received: SseMessage): void {
    lastId = received.id;
    if (received.event === '$end') ended = true;
    else if (received.event === '$gap') listener.gap?.(gapOf(received.data));
    else listener.next(notificationOf(received, type));
  }

  async function attempt({ delays, standing }: Attempt): Promise<'again' | 'ended'> {
    const resume = lastId === '' ? {} : { 'last-event-id': Buffer.from(lastId).toString('latin1') };
    const headers = { ...call.headers, accept: 'text/event-stream', 'cache-control': 'no-store', ...resume };
    const silence = silenceWatch(context.clock, call.href);
    const sent = { ...call, headers, signal: AbortSignal.any([call.signal, silence.signal]) };
    const response = await withDeadline(
      context.clock,
      { ...sent, timeout: subscription.request.timeout },
      (signal) => openExchange(context, { ...sent, signal }),
    );
    if (response.statusCode === 204) return 'ended';
    const found = String(response.headers['content-type']);
    if (!/^text\/event-stream\b/i.test(found)) {
      response.body.destroy();
      throw notAnEventStream(call.href, found);
    }
    standing();
    const { comment } = silence;
    const push = sseParser({ message, retry: delays.shortest, comment }, context.maxBody);
    try {
      for await (const chunk of bodyOf(sent, response)) {
        delays.reset();
        push(chunk);
        if (ended) return 'ended';
        silence.heard();
      }
    } finally {
      silence.stop();
    }
    return 'again';
  }

  return keepSubscribed(context, { signal: call.signal, listener, attempt });
}

interface SilenceWatch {
  /** Aborts with WotError `timeout` SERVER_SILENT. */
  readonly signal: AbortSignal;
  comment(): void;
  heard(): void;
  stop(): void;
}

/** Notices that a server which sends heartbeats fell silent; the first comment may be a greeting and is none. */
function silenceWatch(clock: Clock, href: string): SilenceWatch {
  const silent = new AbortController();
  let comments = 0;
  let timer: Timer | undefined;
  const stop = (): void => timer?.cancel();
  return {
    signal: silent.signal,
    stop,
    comment() {
      comments += 1;
    },
    heard() {
      stop();
      if (comments > 1) timer = clock.after(silenceFor, () => silent.abort(serverSilent(href)));
    },
  };
}

function serverSilent(href: string): WotError {
  const message = `The event stream of ${href} fell silent for ${silenceFor} ms; it is opened again.`;
  return new WotError('timeout', 'SERVER_SILENT', message, { href });
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

function gapOf(data: string): ChangeGap {
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
