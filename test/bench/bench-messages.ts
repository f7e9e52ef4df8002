/** What a server under measurement speaks. */
export type Protocol = 'http' | 'coap' | 'mqtt';

/** Where a contender serves: absolute URLs of its properties, or a broker and the topics of an action and its event. */
export interface Target {
  readonly url: string;
  /** The same property, kept durably. */
  readonly persistentUrl?: string;
  readonly invoke?: string;
  readonly event?: string;
}

/** One run of the load generator. */
export interface Load {
  readonly kind: 'http-read' | 'http-write' | 'coap-read' | 'coap-write' | 'mqtt-events';
  readonly target: Target;
  readonly seconds: number;
}

/** What a run did; `seconds` is how long it really took. */
export interface LoadResult {
  readonly done: number;
  readonly failed: number;
  readonly seconds: number;
}

/** Events that one invocation asks for in `mqtt-events`. */
export const eventBatch = 50;
