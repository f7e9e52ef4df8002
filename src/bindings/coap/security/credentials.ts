import type { PskCredentials } from '../../../contracts/access.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { CoapScheme } from '../messages/coap-uri.ts';

/** Whom a secured CoAP server takes: who has one of the keys, or a certificate of the authorities; and how it proves itself. */
export interface ServerSecurity {
  /** Pre-shared keys by identity. */
  readonly psk?: Readonly<Record<string, Uint8Array>>;
  /** The server's certificate with its chain, PEM. */
  readonly cert?: string;
  /** Its private key, PEM. */
  readonly key?: string;
  /** Authorities of client certificates, PEM; where given, a client without a certificate of theirs is refused. */
  readonly ca?: string;
}

/** How a client proves itself over coaps and coaps+tcp, and whom it trusts. */
export interface ClientSecurity {
  readonly psk?: PskCredentials;
  /** The client's certificate with its chain, PEM. */
  readonly cert?: string;
  /** Its private key, PEM. */
  readonly key?: string;
  /** Authorities of server certificates, PEM; default: those of Node. */
  readonly ca?: string;
}

/** What a client uses for an address: the same for all, or by the URL. */
export type SecurityChoice = ClientSecurity | ((target: URL) => ClientSecurity | undefined);

const identityBytes = 255;
const keyBytes = 512;

/** Whom a client is for an address; WotError as `checkKeys`. */
export function chosenSecurity(choice: SecurityChoice, href: string): ClientSecurity {
  const chosen = (typeof choice === 'function' ? choice(new URL(href)) : choice) ?? {};
  if (chosen.psk !== undefined) checkKeys({ [chosen.psk.identity]: chosen.psk.key });
  return chosen;
}

/** WotError `invalid` CREDENTIALS_MISSING for a server whom nobody could speak to, CREDENTIALS_REFUSED as `checkKeys`. */
export function checkServerSecurity(scheme: CoapScheme, { psk = {}, cert, key }: ServerSecurity): void {
  const isPair = Boolean(cert) === Boolean(key);
  if (!isPair || (!cert && Object.keys(psk).length === 0)) {
    const message = `${scheme} needs keys or a certificate; give psk (keys by identity), or cert with key (PEM), or all.`;
    throw new WotError('invalid', 'CREDENTIALS_MISSING', message);
  }
  checkKeys(psk);
}

/** WotError `invalid` CREDENTIALS_REFUSED for keys by identity that are no bytes, empty, or more than OpenSSL has room for. */
export function checkKeys(psk: Readonly<Record<string, Uint8Array>>): void {
  for (const [identity, key] of Object.entries<unknown>(psk)) {
    const named = Buffer.byteLength(identity);
    const isIdentity = named > 0 && named <= identityBytes && !identity.includes('\0');
    const length = key instanceof Uint8Array ? key.length : 0;
    if (isIdentity && length > 0 && length <= keyBytes) continue;
    const message = `The pre-shared key of ${JSON.stringify(identity.slice(0, 40))} cannot be used: an identity has 1 to ${identityBytes} bytes (this one ${named}) without NUL, and its key is a Uint8Array of 1 to ${keyBytes} (this one ${length}); give others.`;
    throw new WotError('invalid', 'CREDENTIALS_REFUSED', message);
  }
}

/** Then a server may be bound beyond loopback. */
export function knowsEveryCaller({ cert, ca }: ServerSecurity): boolean {
  return cert === undefined || ca !== undefined;
}

/** TLS cannot use the credentials of a server or client. */
export function credentialsRefused(whose: string, reason: string): WotError {
  const message = `The credentials for ${whose} cannot be used: ${reason}; give cert (with its chain), key (that of cert, without a password) and ca as PEM texts.`;
  return new WotError('invalid', 'CREDENTIALS_REFUSED', message);
}

/** Nothing was sent to a server whose certificate is not to be believed. */
export function certificateNotTrusted(href: string, reason: string): WotError {
  const message = `${href} is not spoken to, for its certificate does not hold: ${reason}; give its issuer's certificate, or a self-signed one itself, as PEM with the option ca, and use an address that it names.`;
  return new WotError('internal', 'CERTIFICATE_NOT_TRUSTED', message, { href });
}

/** The other side refused the handshake for this reason; nothing was sent. */
export function handshakeRefused(href: string, reason: string, { psk, cert }: ClientSecurity): WotError {
  if (psk === undefined && cert === undefined) {
    const message = `${href} takes only who shows a key or certificate (it said: ${reason}); give yours with the option psk (wot: --psk-file), or with security of coapClient.`;
    return new WotError('unauthenticated', 'CREDENTIALS_MISSING', message, { href });
  }
  const message = `${href} refused the handshake: ${reason}; check the identity and key of the option psk (wot: --psk-file), or the certificate of security of coapClient.`;
  return new WotError('unauthenticated', 'HANDSHAKE_REFUSED', message, { href });
}
