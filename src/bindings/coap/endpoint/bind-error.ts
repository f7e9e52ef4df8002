import { WotError } from '../../../contracts/errors.ts';
import { portInUse } from '../../../security/bind-address.ts';
import type { Address } from './endpoint.ts';

/** Why a server cannot listen there: WotError `unavailable` ADDRESS_IN_USE or BIND_FAILED. */
export function bindError(
  protocol: 'CoAP' | 'CoAPS' | 'CoAP+TCP' | 'CoAPS+TCP',
  { address, port }: Address,
  cause: NodeJS.ErrnoException,
): WotError {
  if (cause.code === 'EADDRINUSE') return portInUse(protocol, address, port, cause);
  const message = `${protocol} cannot listen on ${address} port ${port}: ${cause.message}`;
  return new WotError('unavailable', 'BIND_FAILED', message, { cause });
}
