import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { Clock, Timer } from '../../../../contracts/clock.ts';
import type { ClientSecurity } from '../../security/credentials.ts';
import { DtlsContext } from './dtls-context.ts';
import { DtlsSession, type SessionEvents } from './dtls-session.ts';
import type { OpenSsl, Pointer } from './openssl.ts';

/** What a connection tells its owner. */
export interface ConnectionEvents extends SessionEvents {
  /** The handshake took too long; nothing follows. */
  late(reason: string): void;
}

/** What a connection is made of. */
export interface ConnectionParts {
  readonly openSsl: OpenSsl;
  readonly clock: Clock;
  readonly credentials: ClientSecurity;
  /** The name or address that the server's certificate must have. */
  readonly host: string;
  readonly events: ConnectionEvents;
}

const repeatEvery = 250;
/** After three repetitions (1, 3 and 7 s), and before a caller's ten seconds are over, who is then told why. */
const handshakeWithin = 9000;
const setServerName = 55;

/** A client's session with one server; it does not touch sockets. */
export class DtlsConnection {
  readonly #parts: ConnectionParts;
  readonly #context: DtlsContext;
  readonly #session: DtlsSession;
  #repeat: Timer | undefined;
  #beganAt = 0;
  #wasAnswered = false;

  /** Throws an Error where OpenSSL refuses the credentials. */
  constructor(parts: ConnectionParts) {
    const { openSsl, credentials, host, events } = parts;
    this.#parts = parts;
    this.#context = new DtlsContext(openSsl, { ...authorities(credentials), ...credentials });
    const native = this.#context.newSession();
    openSsl.SSL_set_connect_state(native.ssl);
    if (!expectsHost(openSsl, native.ssl, host)) {
      openSsl.SSL_free(native.ssl);
      this.#context.free();
      throw new Error(`no certificate can be checked to be that of ${host}`);
    }
    this.#session = new DtlsSession(openSsl, native, {
      ...events,
      up: () => {
        this.#repeat?.cancel();
        events.up();
      },
      ended: (reason) => this.#ended(reason),
    });
  }

  /** Begins the handshake. */
  begin(): void {
    const { clock } = this.#parts;
    this.#beganAt = clock.now();
    this.#repeat = clock.every(repeatEvery, () => this.#repeatHandshake());
    this.#session.begin();
  }

  receive(datagram: Buffer): void {
    this.#wasAnswered = true;
    this.#session.receive(datagram);
  }

  send(message: Uint8Array): void {
    this.#session.send(message);
  }

  /** Ends it without an event. */
  close(): void {
    this.#session.close();
    this.#release();
  }

  #repeatHandshake(): void {
    if (this.#parts.clock.now() - this.#beganAt < handshakeWithin) {
      this.#session.repeat();
      return;
    }
    this.#session.drop();
    this.#release();
    const hint = this.#wasAnswered
      ? 'the server answers, but has probably another key for this identity'
      : 'nothing answers';
    this.#parts.events.late(`${hint} (${handshakeWithin / 1000} s)`);
  }

  #ended(reason: string): void {
    this.#release();
    this.#parts.events.ended(reason);
  }

  #release(): void {
    this.#repeat?.cancel();
    this.#context.free();
  }
}

/** Whom a client trusts that names nobody: who has a key alone takes no certificate. */
function authorities({ psk, cert }: ClientSecurity): { readonly ca?: string } {
  return psk && cert === undefined ? {} : { ca: getCACertificates('default').join('\n') };
}

/** RFC 7252 section 9.1.3.3: the certificate must be that of the host in the URI; false where that cannot be asked for. */
function expectsHost(openSsl: OpenSsl, ssl: Pointer, host: string): boolean {
  if (isIP(host) !== 0) return openSsl.X509_VERIFY_PARAM_set1_ip_asc(openSsl.SSL_get0_param(ssl), host) === 1;
  openSsl.SSL_ctrl(ssl, setServerName, 0, host); // RFC 6066 section 3
  return openSsl.SSL_set1_host(ssl, host) === 1;
}
