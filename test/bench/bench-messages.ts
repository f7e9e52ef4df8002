/** What is measured together: one set of processes. */
export type Stage =
  | 'http'
  | 'sse'
  | 'websocket'
  | 'client'
  | 'scale'
  | 'coap'
  | 'coap-observe'
  | 'coap-client'
  | 'coap-dtls'
  | 'mqtt'
  | 'mqtt-write'
  | 'mqtt-told'
  | 'mqtt-scale'
  | 'mqtt-scale-mosquitto';

/** Where a contender serves. */
export interface Target {
  /** Of a property, a stream or a broker; `{n}` stands for 0 to `things` - 1. */
  readonly url: string;
  readonly things?: number;
  /** The same property, kept durably. */
  readonly persistentUrl?: string;
  readonly tdUrl?: string;
  /** URL or topic that asks for so many events as its input says. */
  readonly invoke?: string;
  /** Topic of these events. */
  readonly event?: string;
  /** The same for events that are published at QoS 1. */
  readonly invokeLasting?: string;
  readonly lastingEvent?: string;
  /** Topic of writes; of many Things as `url` is. */
  readonly write?: string;
  /** Topic of writes that `event` tells in place of a result. */
  readonly tell?: string;
  /** What a client speaks; default MQTT 3.1.1. */
  readonly mqtt?: 5;
  readonly hosting?: Hosting;
}

/** What hosting many Things costs. */
export interface Hosting {
  /** Heap and external bytes of one Thing, after garbage collection. */
  readonly bytes: number;
  /** Milliseconds to expose one Thing, on the way to so many. */
  readonly steps: readonly { readonly things: number; readonly milliseconds: number }[];
  /** Milliseconds from then to the first answer. */
  readonly settling: number;
}

/** Bytes of a process after garbage collection: what the system gave it, and what is in use of that. */
export interface Memory {
  readonly resident: number;
  readonly held: number;
}

/** One run of the load generator. */
export interface Load {
  readonly kind:
    | 'http-read'
    | 'http-write'
    | 'sse-events'
    | 'websocket-read'
    | 'websocket-events'
    | 'client-request'
    | 'client-consume'
    | 'client-coap'
    | 'coap-read'
    | 'coap-write'
    | 'coap-notifications'
    | 'coaps-read'
    | 'mqtt-events'
    | 'mqtt-relay'
    | 'mqtt-absent'
    | 'mqtt-write'
    | 'mqtt-told';
  readonly target: Target;
  readonly seconds: number;
  /** Of a fan-out. */
  readonly subscribers: number;
  /** Of MQTT messages; default 0. */
  readonly qos?: 0 | 1;
  /** Requests at any time, where a case says how many. */
  readonly outstanding?: number;
  /** Requests after which it is over, in place of the seconds. */
  readonly requests?: number;
}

/** What a run did; `seconds` is how long it really took, `p99` the latency of a request in milliseconds. */
export interface LoadResult {
  readonly done: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p99?: number;
}

/** The id of the Thing that is read and subscribed to. */
export const benchId = 'urn:uuid:5c1b0c5a-1e4b-4a34-8a7b-0d9a6d6c6b11';

/** The pre-shared key of CoAPS. */
export const benchKey = { identity: 'bench', key: Buffer.from('0123456789abcdef') };
