import type { AccessPolicy, PeerIdentity, Principal } from './access.ts';
import type { Clock } from './clock.ts';
import type { HttpSide } from './http-route.ts';
import type { HostedThing } from './interaction.ts';
import type { Logger } from './logger.ts';
import type { Metric } from './metrics.ts';
import type { FactStore, RecordStore } from './stores.ts';
import type { Form, Op, PartialTd } from './td.ts';

/** Bounds that every binding keeps. */
export interface Limits {
  /** Bytes of one request payload. */
  readonly body: number;
  /** Levels of arrays and objects in one payload. */
  readonly nesting: number;
  /** Changes waiting for one slow subscriber of CoAP or MQTT before it is told of a gap; HTTP and WebSocket bound the bytes. */
  readonly queue: number;
}

/** Credentials as a protocol received them, or nothing. */
export interface Credentials {
  readonly scheme?: string;
  readonly user?: string;
  readonly secret?: string;
  /** What the transport itself proved. */
  readonly peer?: PeerIdentity;
}

/** What the servient offers to a server binding. */
export interface BindingHost {
  /** The address to bind: the binding's own choice or the servient's; refuses an open bind beyond loopback (WotError `forbidden`). */
  bindAddress(own?: string): string;
  /** The host name by which peers reach a bound address: the public base, else the address, for a wildcard the first outer IPv4. */
  reachableHost(bound: string): string;
  /** Small facts that survive a restart. */
  readonly facts: FactStore;
  /** Larger things that survive a restart. */
  readonly records: RecordStore;
  /** How peers reach the HTTP side where the bound address is not it (a proxy in front). */
  readonly publicBase?: URL;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The name that all changes, clients and wills of this servient carry. */
  readonly servientId: string;
  /** All hosted Things by name, the servient's own (`servient`) included; the live map, changed by expose and unexpose. */
  readonly things: ReadonlyMap<string, HostedThing>;
  /** Who the caller is; rejects with WotError `unauthenticated` where the credentials are wrong or missing. */
  authenticate(credentials: Credentials): Principal | Promise<Principal>;
  /** For what the pipeline does not decide: who may see what is published. */
  readonly access: AccessPolicy;
  /** The HTTP server started before this binding, where there is one. */
  readonly httpSide: HttpSide | undefined;
  /** Whether it has started with all its Things and does not stop: before and after, what is not found may be there in a moment. */
  readonly isUp: boolean;
  /** What keeps the servient from serving: it starts or stops, a broker is away; empty when ready. */
  faults(): readonly string[];
  /** What the servient and all its bindings count. */
  metrics(): readonly Metric[];
}

/** Forms that a binding adds to a TD: Thing-level ones and one list per affordance. */
export interface ThingForms {
  readonly forms: readonly Form[];
  readonly properties: Readonly<Record<string, readonly Form[]>>;
  readonly actions: Readonly<Record<string, readonly Form[]>>;
  readonly events: Readonly<Record<string, readonly Form[]>>;
  /** Thing-level uriVariables that the forms need (readmultipleproperties `names`). */
  readonly uriVariables?: PartialTd['uriVariables'];
  /** Prefixes that the forms use, for the TD's `@context`. */
  readonly context?: Readonly<Record<string, string>>;
  /** URIs of the Profiles that the forms conform to, for the TD's `profile` (Profile, section 3). */
  readonly profile?: readonly string[];
}

/** Of a binding that a Thing cannot be reached by. */
export const noForms: ThingForms = { forms: [], properties: {}, actions: {}, events: {} };

/** A protocol's server half. The servient starts it, asks for forms, then exposes; unexposes and stops in reverse. */
export interface ServerBinding {
  /** `http`, `coap`, `mqtt`, `websocket`; also the name of the option that configures it. */
  readonly name: string;
  /** Listens; rejects with WotError `unavailable` code ADDRESS_IN_USE when the port is taken. Forms are valid afterwards. */
  start(host: BindingHost): Promise<void>;
  /** Base addresses that peers use, e.g. `http://127.0.0.1:8080`. */
  readonly addresses: readonly string[];
  /** Its HTTP server, where it has one that others may share. */
  readonly httpSide?: HttpSide;
  /** What keeps it from serving just now, where something does. */
  fault?(): string | undefined;
  /** What it counts. */
  metrics?(): readonly Metric[];
  /** Makes ready what `forms` gives of this Thing, where that takes time; called before. */
  prepare?(thing: HostedThing): Promise<void>;
  forms(thing: HostedThing): ThingForms;
  expose(thing: HostedThing): Promise<void>;
  /** Ends this Thing's subscriptions and removes its routes, topics and retained messages. */
  unexpose(thing: HostedThing): Promise<void>;
  /** Ends every connection and subscription within two seconds. */
  stop(): Promise<void>;
}

/** A payload with its media type. */
export interface Content {
  readonly type: string;
  readonly body: Uint8Array;
}

/** What an operation is about, for protocols whose messages name it beside the form. */
export interface RequestTarget {
  /** The `id` of the Thing, else the URL of its TD. */
  readonly thing: string;
  /** The affordance, where the op has one. */
  readonly name?: string;
  readonly uriVariables?: Readonly<Record<string, unknown>>;
  /** The id of the last notification, to resume a subscription after. */
  readonly after?: string;
}

/** One message as its protocol carries it, for who wants to see what was exchanged; secrets are blotted out. */
export interface WireMessage {
  readonly direction: 'sent' | 'received';
  readonly protocol: 'http' | 'websocket' | 'coap' | 'mqtt';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The first line: `PUT http://host/path`, `204 No Content`, `event level` of a stream, `CON GET coap://host/path`, `ACK 2.05 Content`, `TEXT ws://host/things`, `PUBLISH topic`. */
  readonly start: string;
  /** Header fields, options or packet properties, in their order and the protocol's own spelling. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
}

/** One operation to send: a form whose href is absolute and expanded. */
export interface ClientRequest {
  readonly op: Op;
  readonly form: Form;
  readonly target?: RequestTarget;
  readonly content?: Content;
  /** Whether the TD says that doing it twice does no more than doing it once; what is not may not be sent again. */
  readonly idempotent?: boolean;
  readonly signal?: AbortSignal;
  /** Milliseconds until the request fails with `timeout`; 0 = never. For subscriptions: until they stand. */
  readonly timeout: number;
  /** Told of every message that goes over the wire for it, where the client can. */
  wire?(message: WireMessage): void;
}

/** The answer: content where there is one; `location` of an asynchronous invocation, absolute. */
export interface ClientResponse {
  readonly content?: Content;
  readonly location?: string;
  /** The content is the ActionStatus of an invocation, where the protocol tells that apart from an output. */
  readonly isStatus?: boolean;
  /** Where it came from, where that is not the address asked. */
  readonly address?: string;
}

/** A change as a client received it; `name` where several affordances share the subscription; id and timestamp where the protocol told them. */
export interface Notification {
  readonly name?: string;
  readonly id?: string;
  /** RFC 3339. */
  readonly timestamp?: string;
  readonly content?: Content;
  /** Whether a broker had kept it and gives it to every new subscriber: it happened before. */
  readonly retained?: boolean;
}

/** What was lost lies between these two protocol ids, where the protocol has ids. */
export interface ChangeGap {
  readonly after?: string;
  readonly resumesAt?: string;
}

/** The gap that a peer tells; what is no id is left out, so that its extent is unknown. */
export function toChangeGap(told: unknown): ChangeGap {
  const { after, resumesAt } = (told ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...(typeof after === 'string' ? { after } : {}),
    ...(typeof resumesAt === 'string' ? { resumesAt } : {}),
  };
}

/** Receives a subscription; after `failed` or `ended` nothing follows. */
export interface NotificationListener {
  next(notification: Notification): void;
  gap?(gap: ChangeGap): void;
  /** The connection was lost; the client tries to get it back until `resumed`, `failed` or `ended`. */
  interrupted?(error: Error): void;
  resumed?(): void;
  failed(error: Error): void;
  ended(): void;
}

/** A protocol's client half; all failures are WotErrors that keep the peer's status and problem body. */
export interface ClientBinding {
  readonly name: string;
  /** URI schemes, without the colon. */
  readonly schemes: readonly string[];
  /** Whether this client can send the op with this form (subprotocol, needed terms). */
  supports(op: Op, form: Form): boolean;
  request(request: ClientRequest): Promise<ClientResponse>;
  /** Resolves when the subscription stands; the returned function ends it and is idempotent. */
  subscribe(request: ClientRequest, listener: NotificationListener): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}
