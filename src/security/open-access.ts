import type { AccessPolicy } from '../contracts/access.ts';

/** Everyone may do everything: right on loopback, where the machine's users are the only callers. */
export const openAccess: AccessPolicy = { allows: () => true, allowsTopic: () => true };
