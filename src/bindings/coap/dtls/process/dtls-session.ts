import { X509Certificate } from 'node:crypto';
import type { PeerIdentity } from '../../../../contracts/access.ts';
import { certificateIdentity } from '../../../../security/certificate-identity.ts';
import { maxHandshakeDatagram, type NativeSession } from './dtls-context.ts';
import type { OpenSsl } from './openssl.ts';
import { recordsOf } from './records.ts';

/** What a session tells its owner. */
export interface SessionEvents {
  /** A datagram to send to the peer. */
  transmit(datagram: Buffer): void;
  /** The handshake is complete. */
  up(): void;
  /** The peer said something; the bytes are valid during the call. */
  message(bytes: Uint8Array): void;
  /** It is over, by itself; nothing follows. */
  ended(reason: string): void;
}

const sslError = { wantRead: 2, wantWrite: 3, closed: 6 };
const control = { reset: 1, handleTimeout: 74 };
const scratch = Buffer.allocUnsafe(65_536);

/** One DTLS session over memory: datagrams in, datagrams and messages out. */
export class DtlsSession {
  readonly #openSsl: OpenSsl;
  readonly #native: NativeSession;
  readonly #events: SessionEvents;
  #state: 'handshake' | 'up' | 'over' = 'handshake';

  /** Takes the native session over and frees it in the end. */
  constructor(openSsl: OpenSsl, native: NativeSession, events: SessionEvents) {
    this.#openSsl = openSsl;
    this.#native = native;
    this.#events = events;
  }

  /** Begins the handshake, or continues it after a cookie. */
  begin(): void {
    this.#proceed();
  }

  receive(datagram: Uint8Array): void {
    if (this.#state === 'over') return;
    feed(this.#openSsl, this.#native, datagram);
    this.#proceed();
  }

  send(message: Uint8Array): void {
    if (this.#state !== 'up') return;
    this.#openSsl.ERR_clear_error();
    const written = this.#openSsl.SSL_write(this.#native.ssl, message, message.length);
    flush(this.#openSsl, this.#native, this.#events.transmit);
    this.#check(written);
  }

  /** Sends again what is due of the handshake (RFC 6347 section 4.2.4); to be called a few times a second. */
  repeat(): void {
    if (this.#state !== 'handshake') return;
    this.#openSsl.ERR_clear_error();
    if (this.#openSsl.SSL_ctrl(this.#native.ssl, control.handleTimeout, 0, null) < 0)
      this.#end('it timed out');
    else flush(this.#openSsl, this.#native, this.#events.transmit);
  }

  /** What the handshake proved of the peer. */
  identity(): PeerIdentity | undefined {
    const { SSL_get_psk_identity, SSL_get1_peer_certificate, X509_free } = this.#openSsl;
    const identity = SSL_get_psk_identity(this.#native.ssl);
    if (identity !== null) return { scheme: 'psk', identity };
    const certificate = SSL_get1_peer_certificate(this.#native.ssl);
    if (certificate === null) return undefined;
    try {
      return certificateIdentity(new X509Certificate(derOf(this.#openSsl, certificate)));
    } finally {
      X509_free(certificate);
    }
  }

  /** Ends it; the peer is told where it knows the session (close_notify). */
  close(): void {
    if (this.#state === 'up') {
      this.#openSsl.SSL_shutdown(this.#native.ssl);
      flush(this.#openSsl, this.#native, this.#events.transmit);
    }
    this.drop();
  }

  /** Ends it without a word. */
  drop(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#openSsl.SSL_free(this.#native.ssl);
  }

  #proceed(): void {
    this.#openSsl.ERR_clear_error();
    if (this.#state === 'handshake') {
      const done = this.#openSsl.SSL_do_handshake(this.#native.ssl);
      flush(this.#openSsl, this.#native, this.#events.transmit);
      this.#check(done);
      if (done !== 1) return;
      this.#state = 'up';
      this.#events.up();
    }
    this.#read();
  }

  #read(): void {
    while (this.#state === 'up') {
      const length = this.#openSsl.SSL_read(this.#native.ssl, scratch, scratch.length);
      if (length <= 0) {
        flush(this.#openSsl, this.#native, this.#events.transmit);
        this.#check(length);
        return;
      }
      this.#events.message(scratch.subarray(0, length));
    }
  }

  #check(result: number): void {
    if (result > 0) return;
    const error = this.#openSsl.SSL_get_error(this.#native.ssl, result);
    if (error === sslError.wantRead || error === sslError.wantWrite) return;
    if (error === sslError.closed) this.close();
    this.#end(error === sslError.closed ? 'the peer closed it' : this.#failure());
  }

  #failure(): string {
    const verified = this.#openSsl.SSL_get_verify_result(this.#native.ssl);
    const reason = this.#openSsl.takeErrors() || 'OpenSSL gives no reason';
    return verified === 0 ? reason : `${reason}: ${this.#openSsl.X509_verify_cert_error_string(verified)}`;
  }

  #end(reason: string): void {
    this.drop();
    this.#events.ended(reason);
  }
}

/** Gives OpenSSL a datagram to read; what an earlier one left behind must not become its beginning. */
export function feed(openSsl: OpenSsl, { input }: NativeSession, datagram: Uint8Array): void {
  openSsl.BIO_ctrl(input, control.reset, 0, null);
  openSsl.BIO_write(input, datagram, datagram.length);
}

/** Sends what OpenSSL has written: its queue has no datagrams, so records are put together up to what a path carries. */
export function flush(
  openSsl: OpenSsl,
  { output }: NativeSession,
  transmit: (datagram: Buffer) => void,
): void {
  const length = openSsl.BIO_read(output, scratch, scratch.length);
  if (length <= 0) return;
  const bytes = Buffer.from(scratch.subarray(0, length));
  let start = 0;
  for (const { from, to } of recordsOf(bytes)) {
    if (from > start && to - start > maxHandshakeDatagram) {
      transmit(bytes.subarray(start, from));
      start = from;
    }
  }
  transmit(bytes.subarray(start));
}

function derOf(
  { BIO_new, BIO_s_mem, i2d_X509_bio, BIO_read, BIO_free }: OpenSsl,
  certificate: bigint,
): Buffer {
  const bio = BIO_new(BIO_s_mem());
  i2d_X509_bio(bio, certificate);
  const length = BIO_read(bio, scratch, scratch.length);
  BIO_free(bio);
  return Buffer.from(scratch.subarray(0, length));
}
