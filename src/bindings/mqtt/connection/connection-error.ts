import { type ErrorKind, WotError } from '../../../contracts/errors.ts';

// MQTT 3.1.1 section 3.2.2.3, MQTT 5 section 3.2.2.2
const refusals: Readonly<Record<number, ErrorKind>> = {
  4: 'unauthenticated',
  5: 'unauthenticated',
  134: 'unauthenticated',
  135: 'forbidden',
  138: 'forbidden',
  149: 'too-large',
  151: 'overloaded',
  159: 'rate-limited',
};

/** The codes of Node for a certificate that nobody known vouches for. */
const unknownIssuer = /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

/** Names broker and cause of a connection that was refused, failed or could not be made. */
export function connectionError(error: Error, url: string): WotError {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? refused(error, code, url) : failed(error, String(code ?? ''), url);
}

function refused(error: Error, status: number, href: string): WotError {
  // What mqtt.js itself finds wrong has the reason code that it tells the broker.
  if (!error.message.startsWith('Connection refused')) return failed(error, '', href);
  const message = `The MQTT broker ${href} refused the connection (${error.message}); check user name, password and client id.`;
  return new WotError(refusals[status] ?? 'unavailable', 'BROKER_REFUSED', message, { href, status });
}

function failed(cause: Error, code: string, href: string): WotError {
  // What OpenSSL says has a reason, without its numbers.
  const { reason: why = cause.message || code } = cause as { readonly reason?: string };
  const details = { href, cause };
  if (unknownIssuer.test(code)) {
    const message = `The MQTT broker ${href} was sent nothing, for nobody known here vouches for its certificate (${why}); give its issuer's certificate, or a self-signed one itself, as PEM in the option ca, by --ca or, for wot serve, --mqtt-ca.`;
    return new WotError('internal', 'CERTIFICATE_NOT_TRUSTED', message, details);
  }
  if (/CERT/.test(code) && !/ALERT/.test(code)) {
    const message = `The MQTT broker ${href} was sent nothing, for its certificate does not hold: ${why}; renew it, or use an address that it names.`;
    return new WotError('internal', 'CERTIFICATE_NOT_TRUSTED', message, details);
  }
  if (/^ERR_SSL_.*ALERT/.test(code)) {
    const message = `The MQTT broker ${href} refused the TLS handshake (${why}); give the certificate and key that it asks for in the options cert and key.`;
    return new WotError('unauthenticated', 'HANDSHAKE_REFUSED', message, details);
  }
  if (/^ERR_(SSL|OSSL)_/.test(code) || (code === 'ECONNRESET' && /^(mqtts|wss):/.test(href))) {
    const message = `The MQTT broker ${href} speaks no TLS there, or broke it off (${why}); use its TLS port, or mqtt: and ws: in the place of mqtts: and wss:.`;
    return new WotError('unavailable', 'BROKER_UNREACHABLE', message, details);
  }
  // Without a code of the system's it came, but not as MQTT has it.
  if (code === '' || code === cause.message) {
    const message = `What is at ${href} does not answer as an MQTT broker does (${why}); check the address, and the log of the broker.`;
    return new WotError('unavailable', 'BROKER_UNREACHABLE', message, details);
  }
  const message = `The MQTT broker ${href} cannot be reached (${code}); start it, or correct the address.`;
  return new WotError('unavailable', 'BROKER_UNREACHABLE', message, details);
}

/** What broke a connection, with a code as Node's errors have; `what` says it in words. */
export function connectionFault(what: string): Error {
  return Object.assign(new Error(what), { code: what });
}
