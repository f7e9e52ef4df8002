import { WotError } from '../../../contracts/errors.ts';

/** Something else came before the CSM (RFC 8323 section 5.3). */
export function unintroduced(): WotError {
  const message = 'The first message of a CoAP connection must be a CSM (7.01); send it before all others.';
  return new WotError('invalid', 'CSM_MISSING', message);
}

export function signalOptionUnknown(number: number): WotError {
  const message = `Option ${number} of a signalling message is critical and not understood; leave it out.`;
  return new WotError('invalid', 'SIGNAL_OPTION_UNKNOWN', message);
}

/** The other end aborted, and said this. */
export function aborted(reason: string): WotError {
  const said = reason === '' ? 'without a reason' : JSON.stringify(reason.slice(0, 200));
  const message = `The other end aborted the CoAP connection: ${said}; mend that before you connect again.`;
  return new WotError('unavailable', 'CONNECTION_ABORTED', message);
}

/** The other end closed the connection and said nothing. */
export function closedEarly(): WotError {
  return new WotError('unavailable', 'CONNECTION_CLOSED', 'The connection was closed before it was used.');
}

export function silent(): WotError {
  const message = 'The other end of the CoAP connection sends or takes nothing; check that it still runs.';
  return new WotError('timeout', 'CONNECTION_SILENT', message);
}

export function heldTooMuch(): WotError {
  const message =
    'Too much waits for this address, on this and its other connections; take the answers sooner.';
  return new WotError('overloaded', 'CONNECTION_BACKLOG', message);
}

export function connectionsExhausted(): WotError {
  const message = 'There are too many CoAP connections; close some, use them again, or try later.';
  return new WotError('overloaded', 'CONNECTIONS_EXHAUSTED', message);
}
