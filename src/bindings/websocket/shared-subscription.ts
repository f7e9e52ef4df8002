import type {
  ChangeGap,
  ClientRequest,
  Notification,
  NotificationListener,
} from '../../contracts/binding.ts';
import { withDeadline } from '../../contracts/deadline.ts';
import { keepSocketSubscribed, type SubscriptionContext } from './client-subscription.ts';

export interface SharedSubscriptionParts {
  readonly context: SubscriptionContext;
  /** What is subscribed to; its signal ends only its own listener. */
  readonly request: ClientRequest;
  /** Ends it for all. */
  readonly stopping: AbortSignal;
  /** It takes no more listeners. */
  over(): void;
}

interface Member {
  readonly listener: NotificationListener;
  /** Aborts when it has left. */
  readonly left: AbortController;
  /** Whether it has been told what those before it know. */
  hears: boolean;
}

/** Names whose latest value is kept for those who join. */
const mostLatest = 1000;

/** Equal subscriptions of one client: one on the wire, from the first listener to the last. */
export class SharedSubscription implements NotificationListener {
  readonly #parts: SharedSubscriptionParts;
  readonly #members = new Set<Member>();
  readonly #latest = new Map<string, Notification>();
  readonly #closing = new AbortController();
  #stands = pending();
  #isInterrupted = false;

  /** Subscribes at once. */
  constructor(parts: SharedSubscriptionParts) {
    this.#parts = parts;
    const { context, request, stopping } = parts;
    const signal = AbortSignal.any([this.#closing.signal, stopping]);
    keepSocketSubscribed(context, { request, listener: this, signal }).then(this.#stands.resolve, (error) => {
      parts.over();
      this.#stands.reject(error);
    });
  }

  /** Resolves when the subscription stands, with the function that ends it for this listener; who observes is told the latest values first. */
  async join(
    { form, signal, timeout }: ClientRequest,
    listener: NotificationListener,
  ): Promise<() => Promise<void>> {
    const hears = this.#latest.size === 0 && !this.#isInterrupted;
    const member: Member = { listener, left: new AbortController(), hears };
    this.#members.add(member);
    const bounds = { href: form.href, signal, timeout };
    try {
      await withDeadline(this.#parts.context.clock, bounds, () => this.#stands.promise);
    } catch (error) {
      this.#leave(member);
      throw error;
    }
    const aborted = (): void => {
      this.#leave(member);
      this.#tell(member, (left) => left.ended());
    };
    if (!member.left.signal.aborted)
      signal?.addEventListener('abort', aborted, { signal: member.left.signal });
    this.#catchUp(member);
    return async () => this.#leave(member);
  }

  next(notification: Notification): void {
    this.#remember(notification);
    this.#tellAll((listener) => listener.next(notification));
  }

  gap(gap: ChangeGap): void {
    this.#tellAll((listener) => listener.gap?.(gap));
  }

  interrupted(error: Error): void {
    this.#isInterrupted = true;
    this.#stands = pending();
    this.#tellAll((listener) => listener.interrupted?.(error));
  }

  resumed(): void {
    this.#isInterrupted = false;
    this.#stands.resolve();
    this.#tellAll((listener) => listener.resumed?.());
    for (const member of this.#members) this.#catchUp(member);
  }

  failed(error: Error): void {
    this.#stands.reject(error);
    this.#finish((listener) => listener.failed(error));
  }

  ended(): void {
    this.#stands.resolve();
    this.#finish((listener) => listener.ended());
  }

  #remember(notification: Notification): void {
    const { op } = this.#parts.request;
    if (!op.startsWith('observe')) return;
    const name = op === 'observeproperty' ? '' : (notification.name ?? '');
    this.#latest.set(name, notification);
    const [oldest = ''] = this.#latest.keys();
    if (this.#latest.size > mostLatest) this.#latest.delete(oldest);
  }

  #catchUp(member: Member): void {
    if (member.hears) return;
    member.hears = true;
    for (const notification of this.#latest.values()) {
      if (this.#members.has(member)) this.#tell(member, (listener) => listener.next(notification));
    }
  }

  /** A copy, as listeners may come and go meanwhile. */
  #tellAll(call: (listener: NotificationListener) => void): void {
    for (const member of [...this.#members]) {
      if (member.hears && this.#members.has(member)) this.#tell(member, call);
    }
  }

  /** What a listener throws fails it alone. */
  #tell(member: Member, call: (listener: NotificationListener) => void): void {
    try {
      call(member.listener);
    } catch (error) {
      this.#leave(member);
      queueMicrotask(() => member.listener.failed(error as Error));
    }
  }

  #finish(call: (listener: NotificationListener) => void): void {
    this.#parts.over();
    for (const member of [...this.#members]) {
      this.#leave(member);
      this.#tell(member, call);
    }
  }

  #leave(member: Member): void {
    if (!this.#members.delete(member)) return;
    member.left.abort();
    if (this.#members.size > 0) return;
    this.#parts.over();
    this.#closing.abort();
  }
}

/** Its rejection may find nobody waiting. */
function pending(): PromiseWithResolvers<void> {
  const standing = Promise.withResolvers<void>();
  standing.promise.catch(() => {});
  return standing;
}
