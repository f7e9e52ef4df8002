import { type ClientBinding, type ConsumedThing, consume, type PartialTd } from 'thingwright';

/** By which client to reach Things, and until when. */
export interface ReachOptions {
  readonly client: ClientBinding;
  readonly signal: AbortSignal;
}

/** Reaches the Thing at a URL when first asked, and again after a failure; stops it when the signal aborts. */
export function reach<T extends PartialTd>(
  url: string,
  { client, signal }: ReachOptions,
): () => Promise<ConsumedThing<T>> {
  let reached: Promise<ConsumedThing<T>> | undefined;
  signal.addEventListener('abort', () => reached?.then((thing) => thing.stop()).catch(() => {}));
  return () => {
    signal.throwIfAborted();
    reached ??= consume<T>(url, { clients: [client], signal }).catch((error) => {
      reached = undefined;
      throw error;
    });
    return reached;
  };
}
