import type { WireMessage } from '../contracts/binding.ts';
import type { Form } from '../contracts/td.ts';

/** What may be set for one interaction. */
export interface InteractionOptions<Variables = Readonly<Record<string, unknown>>> {
  /** Ends the interaction: a request and the `result` of an invocation reject with the signal's reason, a subscription is done. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds until a request fails with `timeout`, or until a subscription must stand; 0 = never. Of an asynchronous
   * action it bounds each request (the invoking, each question for the state) and not the action: that ends by `signal`.
   */
  readonly timeout?: number;
  /** Fill the URI templates of the forms. */
  readonly uriVariables?: Variables;
  /** Which of the forms may be used; their hrefs are absolute. */
  readonly form?: (form: Form) => boolean;
  /** Is told of every message that goes over the wire for it, where the client can; secrets are blotted out. */
  readonly wire?: (message: WireMessage) => void;
}

export interface SubscriptionOptions<Variables = Readonly<Record<string, unknown>>>
  extends InteractionOptions<Variables> {
  /** Changes that wait for a slow reader at most; the oldest are dropped and a gap is told. Default 1000. */
  readonly queue?: number;
  /** Called when the connection is lost, once until `resumed`; it is tried again by itself, and what is quiet is not lost. */
  interrupted?(error: Error): void;
  /** Called when the connection is back; where changes were lost meanwhile, the next one tells the gap. */
  resumed?(): void;
}
