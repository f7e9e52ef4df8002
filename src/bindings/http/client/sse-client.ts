import {
  type ChangeGap,
  type Notification,
  type NotificationListener,
  toChangeGap,
} from '../../../contracts/binding.ts';
import type { Clock, Timer } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import { type Attempt, keepSubscribed } from '../../../contracts/subscription-loop.ts';
import { exchange } from './http-exchange.ts';
import {
  type Answer,
  deadlineOf,
  type HttpContext,
  type OutgoingRequest,
  type StreamReceiver,
} from './http-sending.ts';
import { eventName, eventStream, type SseMessage, sseParser } from './sse-parser.ts';

const utf8 = new TextEncoder();

/** Milliseconds in which three heartbeats of our servers did not come. */
const silenceFor = 45_000;

const streamHeaders = {
  accept: eventStream,
  'accept-encoding': 'identity',
  'cache-control': 'no-store',
};

/** A subscription to send: the signal of its call ends it, whatever happened before. */
export interface Subscription {
  readonly call: OutgoingRequest & { readonly signal: AbortSignal };
  /** The content type of what is told. */
  readonly type: string;
  /** The affordance, where it is about one. */
  readonly name?: string;
  readonly listener: NotificationListener;
}

/** Subscribes to Server-Sent Events (WoT Profile, HTTP SSE); resumes with Last-Event-ID, ends on 204, 410 and the event `$end`. */
export function subscribeSse(context: HttpContext, subscription: Subscription): Promise<void> {
  const { listener, type, call, name } = subscription;
  const names = name === undefined ? undefined : ['message', eventName(name)];
  let lastId = '';
  let ended = false;

  function message(received: SseMessage): void {
    lastId = received.id;
    if (received.event === '$end') ended = true;
    else if (received.event === '$gap') listener.gap?.(gapOf(received.data));
    else if (names?.includes(received.event) !== false) listener.next(notificationOf(received, type));
  }

  function resumed(): OutgoingRequest {
    const resume: Readonly<Record<string, string>> =
      lastId === '' ? {} : { 'last-event-id': Buffer.from(lastId).toString('latin1') };
    const headers = { ...call.headers, ...streamHeaders, ...resume };
    return { ...call, headers, deadline: deadlineOf(call.timeout, context.clock) };
  }

  async function attempt({ delays, standing }: Attempt): Promise<'again' | 'ended'> {
    const watch = silenceWatch(context.clock, call.href, delays.reset);
    const receive = (received: SseMessage): void => {
      delays.reset();
      if (!ended) message(received);
    };
    const position = (id: string): void => {
      lastId = id;
    };
    const handlers = { message: receive, position, retry: delays.shortest, comment: watch.comment };
    const push = sseParser(handlers, context.maxBody);
    let close = (): void => {};
    const receiver: StreamReceiver = {
      opened(head, end) {
        refuseOtherThanEvents(call.href, head);
        close = end;
        watch.begin(end);
        if (head.status !== 204) standing();
      },
      chunk(bytes) {
        push(bytes);
        if (ended) close();
        else watch.heard();
      },
    };
    const { status } = await exchange(context, resumed(), receiver).finally(watch.stop);
    return ended || status === 204 ? 'ended' : 'again';
  }

  return keepSubscribed(context, { signal: call.signal, listener, attempt });
}

interface SilenceWatch {
  /** `close` is called with WotError `timeout` SERVER_SILENT. */
  begin(close: (error: WotError) => void): void;
  comment(): void;
  heard(): void;
  stop(): void;
}

/** Notices that a server which sends heartbeats fell silent; the first comment may be a greeting and is none. */
function silenceWatch(clock: Clock, href: string, beating: () => void): SilenceWatch {
  let comments = 0;
  let timer: Timer | undefined;
  let fellSilent = (): void => {};
  const stop = (): void => timer?.cancel();
  return {
    stop,
    begin(close) {
      fellSilent = () => close(serverSilent(href));
    },
    comment() {
      comments += 1;
      if (comments > 1) beating();
    },
    heard() {
      stop();
      if (comments > 1) timer = clock.after(silenceFor, fellSilent);
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
    return toChangeGap(JSON.parse(data));
  } catch {
    return {}; // a gap of unknown extent
  }
}

function refuseOtherThanEvents(href: string, { status, headers }: Answer): void {
  const found = String(headers['content-type']);
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding !== 'identity') throw codedStream(href, String(coding));
  if (status === 204 || /^text\/event-stream\b/i.test(found)) return;
  throw new WotError(
    'unsupported-media',
    'NOT_AN_EVENT_STREAM',
    `GET ${href} answered ${found} instead of text/event-stream; the form's subprotocol sse is not offered there.`,
    { href },
  );
}

function codedStream(href: string, coding: string): WotError {
  const message = `GET ${href} answered an event stream in the content coding ${JSON.stringify(coding)}, which was not asked for; the Thing, or the proxy before it, must send streams uncoded.`;
  return new WotError('unsupported-media', 'CONTENT_CODING_UNKNOWN', message, { href });
}
