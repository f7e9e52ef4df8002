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
