import { constants, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  createSecureContext,
  DEFAULT_CIPHERS,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import type { PeerIdentity } from '../../../contracts/access.ts';
import { certificateIdentity } from '../../../security/certificate-identity.ts';
import type { Destination } from '../client/client-transport.ts';
import {
  type ClientSecurity,
  checkServerSecurity,
  credentialsRefused,
  type ServerSecurity,
} from '../security/credentials.ts';

const common = { ALPNProtocols: ['coap'], minVersion: 'TLSv1.2' } as const; // RFC 8323 section 8.2
const server = {
  handshakeTimeout: 10_000,
  // The lowered level of the suites would let SHA-1 through, too.
  sigalgs:
    'ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512',
  // A resumed session would not say whose key it began with, and outlive that key.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET,
};
const shortTagSuite = 'ECDHE-ECDSA-AES128-CCM8';
const pskSuites = ['PSK-AES128-CCM8', 'PSK-AES128-GCM-SHA256', 'PSK-AES256-GCM-SHA384'];
const certificateSuites = [
  shortTagSuite,
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];

/** The suites of RFC 7925 section 4.4 with a short tag are below OpenSSL's level of security, so a list that has one lowers it. */
const suites = (...names: readonly string[]): string => [...names, '@SECLEVEL=0'].join(':');

/** WotError `invalid` CREDENTIALS_MISSING or CREDENTIALS_REFUSED for what no server can be secured with. */
export function checkTlsSecurity(security: ServerSecurity): void {
  checkServerSecurity('coaps+tcp', security);
  try {
    createSecureContext(serverTls(security).options);
  } catch (cause) {
    const { reason, message } = cause as Error & { readonly reason?: string };
    throw credentialsRefused('coaps+tcp', reason ?? message);
  }
}

/** How a server speaks TLS, and with whom. */
export interface ServerTls {
  readonly options: TlsOptions;
  /** Whether the other side of a complete handshake has shown what it must. */
  isTrusted(socket: TLSSocket): boolean;
  /** Whom it has shown to be. */
  identityOf(socket: TLSSocket): PeerIdentity | undefined;
}

/** The TLS of a server that is secured so. */
export function serverTls({ psk, cert, key, ca }: ServerSecurity): ServerTls {
  const identities = new WeakMap<TLSSocket, string>();
  const certified = {
    cert,
    key,
    ciphers: suites(DEFAULT_CIPHERS, shortTagSuite),
    // Node calls a session by key not authorized where it wants certificates, too.
    ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: psk === undefined }),
  };
  const keyed = {
    maxVersion: 'TLSv1.2',
    ciphers: suites(...pskSuites, ...(cert === undefined ? [] : certificateSuites)),
    pskCallback(socket: TLSSocket, identity: string) {
      const known = psk !== undefined && Object.hasOwn(psk, identity) ? psk[identity] : undefined;
      // A peer of unknown identity fails like one with a wrong key, so that identities cannot be found out.
      if (known === undefined) return randomBytes(16);
      identities.set(socket, identity);
      return known;
    },
  } as const;
  return {
    options: { ...common, ...server, ...(cert !== undefined && certified), ...(psk && keyed) },
    isTrusted: (socket) => identities.has(socket) || ca === undefined || socket.authorized,
    identityOf(socket) {
      const identity = identities.get(socket);
      if (identity !== undefined) return { scheme: 'psk', identity };
      const certificate = ca === undefined ? undefined : socket.getPeerX509Certificate();
      return certificate && certificateIdentity(certificate);
    },
  };
}

/** How a client speaks TLS: with its key where it has one, else by certificates. */
export function clientTls(
  { host, address, port }: Destination,
  { psk, cert, key, ca }: ClientSecurity,
): ConnectionOptions {
  const name = isIP(host) === 0 ? { servername: host } : {}; // RFC 8323 section 8.2, RFC 6066 section 3
  const to = { ...common, ...name, host: address, port };
  if (psk === undefined)
    return { ...to, ...(cert !== undefined && { cert, key }), ...(ca !== undefined && { ca }) };
  return {
    ...to,
    maxVersion: 'TLSv1.2',
    ciphers: suites(...pskSuites),
    pskCallback: () => ({ identity: psk.identity, psk: psk.key }),
    checkServerIdentity: () => undefined, // who has the key is the one
  };
}
