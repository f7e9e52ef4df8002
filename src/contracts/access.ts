/** Who asks. */
export interface Principal {
  readonly name: string;
  readonly roles: readonly string[];
}

/** The caller without credentials. */
export const anonymous: Principal = { name: 'anonymous', roles: [] };

/** What a caller may do: `read` covers observe, `invoke` covers query and cancel. */
export type Right = 'read' | 'write' | 'invoke' | 'subscribe';

/** Decides for every protocol alike whether a caller may use an affordance. */
export interface AccessPolicy {
  allows(principal: Principal, right: Right, thing: string, affordance: string): boolean;
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
