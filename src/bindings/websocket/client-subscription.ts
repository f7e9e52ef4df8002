import type { ChangeGap, ClientRequest, NotificationListener } from '../../contracts/binding.ts';
import { abortable, withDeadline } from '../../contracts/deadline.ts';
import { type Attempt, keepSubscribed, type LoopContext } from '../../contracts/subscription-loop.ts';
import { idToUuid, uuidToId } from '../../interaction/change-ids.ts';
import type { JsonObject } from '../../td/json-object.ts';
import { gapOf, notificationOf, requestMessage } from './client-messages.ts';
import type { Scope } from './client-session.ts';
import { SessionSubscription } from './session-subscription.ts';
import type { SocketPool } from './socket-pool.ts';

/** What all subscriptions of one client share. */
export interface SubscriptionContext extends LoopContext {
  readonly pool: SocketPool;
}

/** A subscription to keep until its signal aborts. */
export interface Subscribing {
  readonly request: ClientRequest;
  readonly listener: NotificationListener;
  readonly signal: AbortSignal;
}

/** Subscribes, and again after each lost connection with the id of the last notification; resolves when it stands first. */
export function keepSocketSubscribed(context: SubscriptionContext, subscribing: Subscribing): Promise<void> {
  const { request, listener, signal } = subscribing;
  const { form, timeout, wire } = request;
  const scope = scopeOf(request);
  const bounds = { href: form.href, signal, timeout };
  const memory = new NotificationMemory(listener, request.target?.after);

  async function attempt({ delays, standing }: Attempt): Promise<'ended'> {
    const { last } = memory;
    const message = { ...requestMessage(request), ...(last && { lastNotificationID: last }) };
    const session = await withDeadline(context.clock, bounds, (wait) =>
      context.pool.take(form.href, scope, wait),
    );
    const subscription = new SessionSubscription({
      session,
      scope,
      message,
      href: form.href,
      wire,
      accepted(response) {
        standing();
        memory.accepted(response);
      },
      notified(notification) {
        delays.reset();
        memory.notified(notification);
      },
    });
    try {
      await withDeadline(context.clock, bounds, () => subscription.answered);
      return await abortable(subscription.over, signal);
    } finally {
      void subscription.leave(context.clock);
    }
  }

  return keepSubscribed(context, { signal, listener, attempt });
}

/** Tells a listener what comes, and knows where to go on after a lost connection. */
class NotificationMemory {
  readonly #listener: NotificationListener;
  #last: string | undefined;
  #resumes: boolean;

  constructor(listener: NotificationListener, last: string | undefined) {
    this.#listener = listener;
    this.#last = last;
    this.#resumes = last !== undefined;
  }

  get last(): string | undefined {
    return this.#last;
  }

  accepted(response: JsonObject): void {
    // Sections 6.7 and 8.1: a Thing may ignore the last id; those whose ids are numbers do not, and tell their gaps.
    const unknown = this.#resumes && !isNumbered(this.#last);
    this.#tellGap(gapOf(response) ?? (unknown ? { ...(this.#last && { after: this.#last }) } : undefined));
    const { messageID } = response;
    if (isNumbered(messageID)) this.#last ??= messageID;
    this.#resumes = true;
  }

  notified(message: JsonObject): void {
    this.#tellGap(gapOf(message));
    const notification = notificationOf(message);
    this.#last = notification.id ?? this.#last;
    this.#listener.next(notification);
  }

  #tellGap(gap: ChangeGap | undefined): void {
    if (gap === undefined) return;
    const id = uuidToId(gap.resumesAt ?? '');
    // What is lost is told once: nothing before `resumesAt` is asked for again.
    if (id !== undefined) this.#last = idToUuid(id - 1);
    this.#listener.gap?.(gap);
  }
}

function scopeOf({ op, target }: ClientRequest): Scope {
  const kind = op.startsWith('observe') ? 'properties' : 'events';
  return { thing: target?.thing ?? '', kind, name: target?.name };
}

function isNumbered(id: unknown): id is string {
  return typeof id === 'string' && uuidToId(id) !== undefined;
}
