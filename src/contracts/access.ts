/** Who asks. */
export interface Principal {
  readonly name: string;
  readonly roles: readonly string[];
}

/** The caller without credentials. */
export const anonymous: Principal = { name: 'anonymous', roles: [] };

/** As whom the servient publishes over MQTT, and serves requests that come through a broker of others. */
export const mqttBroker: Principal = { name: 'mqtt-broker', roles: [] };

/** The servient, where it reads its own Things for others and decides by itself who gets what: it is asked for no right. */
export const servientItself: Principal = { name: 'servient', roles: [] };

/** What a secured transport proved about the other side: which pre-shared key it has, or its certificate. */
export type PeerIdentity =
  | { readonly scheme: 'psk'; readonly identity: string }
  | {
      readonly scheme: 'cert';
      /** The subject's common name. */
      readonly name: string;
      /** SHA-256 of the certificate, in hexadecimal. */
      readonly fingerprint: string;
    };

/** The caller that a secured transport proved, without roles: `psk:valve-1`, `cert:valve-1`. */
export function principalOf(peer: PeerIdentity): Principal {
  return { name: `${peer.scheme}:${peer.scheme === 'psk' ? peer.identity : peer.name}`, roles: [] };
}

/** What a caller may do: `read` covers observe, `invoke` covers query and cancel. */
export type Right = 'read' | 'write' | 'invoke' | 'subscribe';

/** Decides for every protocol alike whether a caller may use an affordance. */
export interface AccessPolicy {
  allows(principal: Principal, right: Right, thing: string, affordance: string): boolean;
  /**
   * Whether a client of the embedded MQTT broker may publish to a topic, or receive from it, that belongs to no Thing
   * and no servient; `topic` is a name, never a filter. Where the policy does not say, nobody may.
   */
  allowsTopic?(principal: Principal, act: 'publish' | 'receive', topic: string): boolean;
}

/** Who a client says it is over HTTP: Basic (RFC 7617) or a bearer token (RFC 6750). */
export type HttpCredentials =
  | { readonly user: string; readonly password: string }
  | { readonly token: string };

/** The Authorization header of credentials. */
export function authorizationOf(credentials: HttpCredentials): string {
  if ('token' in credentials) return `Bearer ${credentials.token}`;
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
}

/** A pre-shared key and the identity it is known by. */
export interface PskCredentials {
  readonly identity: string;
  readonly key: Uint8Array;
}
