import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../../contracts/clock.ts';
import { type ContextOptions, DtlsContext, type NativeSession } from './dtls-context.ts';
import { feed, flush } from './dtls-session.ts';
import type { OpenSsl, Pointer } from './openssl.ts';

const period = 60_000;

/** The part of a server that keeps nothing of a peer until that has shown that it is where it says (RFC 6347 section 4.2.1). */
export class CookieListener {
  readonly #openSsl: OpenSsl;
  readonly #clock: Clock;
  readonly #context: DtlsContext;
  readonly #secret = randomBytes(32);
  readonly #nobody: Pointer;
  #waiting: NativeSession | undefined;
  #peer = '';

  constructor(openSsl: OpenSsl, clock: Clock, options: Omit<ContextOptions, 'cookies'>) {
    this.#openSsl = openSsl;
    this.#clock = clock;
    const cookies = {
      make: () => this.#cookie(0),
      check: (given: Uint8Array) => [0, 1].some((ago) => isEqual(given, this.#cookie(ago))),
    };
    this.#context = new DtlsContext(openSsl, { ...options, cookies });
    this.#nobody = openSsl.BIO_ADDR_new();
  }

  /** Answers a ClientHello of a peer with a cookie; one that brings its cookie gets a native session, whose handshake is to go on. */
  hear(datagram: Buffer, peer: string, transmit: (datagram: Buffer) => void): NativeSession | undefined {
    const ssl = this.#openSsl;
    const native = this.#waiting ?? this.#context.newSession();
    this.#waiting = native;
    this.#peer = peer;
    ssl.ERR_clear_error();
    feed(ssl, native, datagram);
    // It begins anew by itself; SSL_set_accept_state after it would undo what it has done.
    const result = ssl.DTLSv1_listen(native.ssl, this.#nobody);
    flush(ssl, native, transmit);
    if (result === 0) return;
    this.#waiting = undefined;
    if (result > 0) return native;
    ssl.SSL_free(native.ssl);
  }

  /** To be called when no session is left. */
  close(): void {
    if (this.#waiting) this.#openSsl.SSL_free(this.#waiting.ssl);
    this.#openSsl.BIO_ADDR_free(this.#nobody);
    this.#context.free();
  }

  /** For this minute, or one before. */
  #cookie(ago: number): Buffer {
    const minute = Math.floor(this.#clock.now() / period) - ago;
    return createHmac('sha256', this.#secret).update(`${minute} ${this.#peer}`).digest();
  }
}

const isEqual = (given: Uint8Array, right: Buffer): boolean =>
  given.length === right.length && timingSafeEqual(given, right);
