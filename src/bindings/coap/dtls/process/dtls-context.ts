import type { PskCredentials } from '../../../../contracts/access.ts';
import type { CallbackKind, OpenSsl, Pointer } from './openssl.ts';

/** What a side of handshakes has and wants; what it lacks is not offered. */
export interface ContextOptions {
  /** A server's pre-shared keys. */
  keyOf?(identity: string): Uint8Array;
  /** A client's pre-shared key. */
  readonly psk?: PskCredentials;
  /** Its certificate with its chain, and its private key; PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** Authorities of the other side's certificate, PEM; where given, it must have one of theirs. */
  readonly ca?: string;
  /** The cookie of the address that is served just now (RFC 6347 section 4.2.1). */
  readonly cookies?: { make(): Uint8Array; check(cookie: Uint8Array): boolean };
}

/** A connection's native state with its two byte queues: what has come in, and what is to go out. */
export interface NativeSession {
  readonly ssl: Pointer;
  readonly input: Pointer;
  readonly output: Pointer;
}

const dtls12 = 0xfefd;
const control = { setMtu: 17, sessionCache: 44, maxCertificates: 51, addToChain: 89, least: 123, most: 124 };
// No MTU query, cookies asked for, and neither tickets, compression nor renegotiation.
const options = (1n << 12n) | (1n << 13n) | (1n << 14n) | (1n << 17n) | (1n << 30n);
const verifyAndRequire = 3;
/** What an IPv6 path carries at least, without the IPv6 and UDP headers. */
export const maxHandshakeDatagram = 1280 - 48;
/** Bounds what a half-open peer can make a side put together. */
const maxCertificateBytes = 16_384;
const pskCiphers = ['PSK-AES128-CCM8', 'PSK-AES128-GCM-SHA256', 'PSK-AES256-CCM8'];
const certificateCiphers = [
  'ECDHE-ECDSA-AES128-CCM8',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
];

/** The settings that sessions of one side share: DTLS 1.2 alone, with the cipher suites of RFC 7252 section 9.1.3 and their GCM kin. */
export class DtlsContext {
  readonly #openSsl: OpenSsl;
  readonly #context: Pointer;
  readonly #callbacks: Pointer[] = [];
  #isFree = false;

  /** Throws an Error that says which of the options OpenSSL refuses. */
  constructor(openSsl: OpenSsl, given: ContextOptions) {
    this.#openSsl = openSsl;
    this.#context = openSsl.SSL_CTX_new(openSsl.DTLS_method());
    try {
      this.#restrict(given);
      if (given.keyOf) this.#serveKeys(given.keyOf);
      if (given.psk) this.#haveKey(given.psk);
      if (given.cert !== undefined) this.#haveCertificate(given.cert, given.key ?? '');
      if (given.ca) this.#trust(given.ca);
      if (given.cookies) this.#askCookies(given.cookies);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  newSession(): NativeSession {
    const { SSL_new, BIO_new, BIO_s_mem, SSL_set_bio, SSL_ctrl } = this.#openSsl;
    const ssl = SSL_new(this.#context);
    const [input, output] = [BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())];
    SSL_set_bio(ssl, input, output);
    SSL_ctrl(ssl, control.setMtu, maxHandshakeDatagram, null);
    return { ssl, input, output };
  }

  /** To be called when no session is left; later calls do nothing. */
  free(): void {
    if (this.#isFree) return;
    this.#isFree = true;
    this.#openSsl.SSL_CTX_free(this.#context);
    for (const callback of this.#callbacks.splice(0)) this.#openSsl.release(callback);
  }

  #restrict({ keyOf, psk, cert, ca }: ContextOptions): void {
    const ssl = this.#openSsl;
    ssl.SSL_CTX_ctrl(this.#context, control.least, dtls12, null);
    ssl.SSL_CTX_ctrl(this.#context, control.most, dtls12, null);
    ssl.SSL_CTX_ctrl(this.#context, control.sessionCache, 0, null);
    ssl.SSL_CTX_ctrl(this.#context, control.maxCertificates, maxCertificateBytes, null);
    ssl.SSL_CTX_set_options(this.#context, options);
    const ciphers = [...(keyOf || psk ? pskCiphers : []), ...(cert || ca ? certificateCiphers : [])];
    this.#must(ssl.SSL_CTX_set_cipher_list(this.#context, ciphers.join(':')), 'the cipher suites');
    ssl.SSL_CTX_set_security_level(this.#context, 2);
    ssl.SSL_CTX_set_security_callback(this.#context, this.#callback('security', isStrongEnough));
  }

  #serveKeys(keyOf: (identity: string) => Uint8Array): void {
    const call = (_ssl: Pointer, identity: string | null, into: Pointer, most: number): number => {
      const key = keyOf(identity ?? '');
      if (key.length > most) return 0;
      this.#openSsl.poke(into, key);
      return key.length;
    };
    this.#openSsl.SSL_CTX_set_psk_server_callback(this.#context, this.#callback('pskServer', call));
  }

  #haveKey({ identity, key }: PskCredentials): void {
    const name = Buffer.from(`${identity}\0`);
    const call = (...[, , nameInto, mostName, into, most]: PskClientArguments): number => {
      if (name.length > mostName || key.length > most) return 0;
      this.#openSsl.poke(nameInto, name);
      this.#openSsl.poke(into, key);
      return key.length;
    };
    this.#openSsl.SSL_CTX_set_psk_client_callback(this.#context, this.#callback('pskClient', call));
  }

  #haveCertificate(cert: string, key: string): void {
    const ssl = this.#openSsl;
    this.#eachCertificate(cert, 'cert', (certificate, at) => {
      if (at === 0) return ssl.SSL_CTX_use_certificate(this.#context, certificate);
      return ssl.SSL_CTX_ctrl(this.#context, control.addToChain, 1, certificate);
    });
    const privateKey = this.#fromPem(key, (bio) => ssl.PEM_read_bio_PrivateKey(bio, null, null, ''));
    this.#must(privateKey && ssl.SSL_CTX_use_PrivateKey(this.#context, privateKey), 'key');
    if (privateKey) ssl.EVP_PKEY_free(privateKey);
    this.#must(ssl.SSL_CTX_check_private_key(this.#context), 'key, which must be that of cert');
  }

  #trust(authorities: string): void {
    const ssl = this.#openSsl;
    const store = ssl.SSL_CTX_get_cert_store(this.#context);
    const add = (certificate: Pointer): number => ssl.X509_STORE_add_cert(store, certificate);
    this.#eachCertificate(authorities, 'ca', add);
    ssl.SSL_CTX_set_verify(this.#context, verifyAndRequire, null);
  }

  #askCookies({ make, check }: NonNullable<ContextOptions['cookies']>): void {
    const ssl = this.#openSsl;
    const generate = (_ssl: Pointer, into: Pointer, length: Pointer): number => {
      const cookie = make();
      ssl.poke(into, cookie);
      ssl.poke(length, cookie.length);
      return 1;
    };
    const verify = (_ssl: Pointer, from: Pointer, length: number): number =>
      check(ssl.peek(from, length)) ? 1 : 0;
    ssl.SSL_CTX_set_cookie_generate_cb(this.#context, this.#callback('makeCookie', generate));
    ssl.SSL_CTX_set_cookie_verify_cb(this.#context, this.#callback('checkCookie', verify));
  }

  #eachCertificate(pem: string, what: string, use: (certificate: Pointer, at: number) => number): void {
    const ssl = this.#openSsl;
    this.#fromPem(pem, (bio) => {
      for (let at = 0; ; at++) {
        const certificate = ssl.PEM_read_bio_X509(bio, null, null, '');
        if (certificate === null && at > 0) return ssl.ERR_clear_error(); // the end of the text
        this.#must(certificate && use(certificate, at), what);
        if (certificate) ssl.X509_free(certificate);
      }
    });
  }

  #fromPem<T>(pem: string, read: (bio: Pointer) => T): T {
    const ssl = this.#openSsl;
    const bio = ssl.BIO_new(ssl.BIO_s_mem());
    const bytes = Buffer.from(pem);
    ssl.BIO_write(bio, bytes, bytes.length);
    try {
      return read(bio);
    } finally {
      ssl.BIO_free(bio);
    }
  }

  #callback(kind: CallbackKind, call: (...values: never[]) => number): Pointer {
    const callback = this.#openSsl.callback(kind, call);
    this.#callbacks.push(callback);
    return callback;
  }

  #must(result: number | Pointer | null, what: string): void {
    if (!result) throw new Error(`OpenSSL refuses ${what}: ${this.#openSsl.takeErrors()}`);
  }
}

type PskClientArguments = readonly [
  ssl: Pointer,
  hint: string | null,
  nameInto: Pointer,
  mostName: number,
  into: Pointer,
  most: number,
];

const operation = { mask: 0xffff_0000, cipher: 0x1_0000, version: 9 };

/** Level 2 of OpenSSL (112 bits), and the suites with a short tag, which constrained devices have and OpenSSL counts as 64 bits. */
function isStrongEnough(_ssl: Pointer, _context: Pointer, asked: number, bits: number): number {
  if (asked === operation.version) return 1; // is set apart
  return bits >= ((asked & operation.mask) === operation.cipher ? 64 : 112) ? 1 : 0;
}
