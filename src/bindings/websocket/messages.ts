import type { Op } from '../../contracts/td.ts';

/** The name of the subprotocol, in handshakes and forms (Web Thing Protocol, section 4.1). */
export const webThingProtocol = 'webthingprotocol';

/** What a consumer sends (Web Thing Protocol, section 5); `uriVariables` is ours. */
export interface RequestMessage {
  /** The `id` of the Thing's TD, else the URL of its TD. */
  readonly thingID: string;
  /** UUID. */
  readonly messageID: string;
  readonly messageType: 'request';
  readonly operation: Op;
  /** Comes back in the response and in every notification of the subscription. */
  readonly correlationID?: string;
  readonly name?: string;
  readonly names?: readonly string[];
  readonly value?: unknown;
  readonly values?: unknown;
  readonly input?: unknown;
  readonly actionID?: string;
  /** Resume after this notification. */
  readonly lastNotificationID?: string;
  readonly uriVariables?: Readonly<Record<string, unknown>>;
}

/** The state of an asynchronous action. */
export interface WireStatus {
  readonly actionID: string;
  readonly state: 'pending' | 'running' | 'completed' | 'failed';
  readonly output?: unknown;
  readonly error?: unknown;
  readonly timeRequested?: string;
  readonly timeEnded?: string;
}

/** What was lost lies between these two messageIDs. */
export interface WireGap {
  readonly after: string;
  readonly resumesAt: string;
}

/** What a Thing sends; a gap stands in the response to the subscription or in the first notification after it (ours). */
export interface ThingMessage {
  readonly thingID?: string;
  /** UUID; that of a notification holds the id of its change. */
  readonly messageID: string;
  readonly messageType: 'response' | 'notification';
  readonly operation?: string;
  readonly correlationID?: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly values?: unknown;
  readonly data?: unknown;
  readonly output?: unknown;
  readonly status?: WireStatus;
  readonly statuses?: Readonly<Record<string, readonly WireStatus[]>>;
  readonly actionID?: string;
  /** Problem details (RFC 9457). In a notification: the Thing is gone, the subscription over. */
  readonly error?: object;
  readonly gap?: WireGap;
  /** RFC 3339. */
  readonly timestamp?: string;
}
