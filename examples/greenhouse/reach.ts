/** Reaches a Thing when first asked, and again after a failure; stops it when the signal aborts. */
export function reach<T extends { stop(): Promise<void> }>(
  consume: () => Promise<T>,
  signal: AbortSignal,
): () => Promise<T> {
  let reached: Promise<T> | undefined;
  signal.addEventListener('abort', () => reached?.then((thing) => thing.stop()).catch(() => {}));
  return () => {
    signal.throwIfAborted();
    reached ??= consume().catch((error) => {
      reached = undefined;
      throw error;
    });
    return reached;
  };
}
