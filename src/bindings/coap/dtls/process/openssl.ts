/** An address in native memory; null where C says NULL. */
export type Pointer = bigint;

type Bytes = Uint8Array | Pointer;

/** The functions of OpenSSL that DTLS needs, under their own names; macros are calls of `SSL_ctrl` and `SSL_CTX_ctrl`. */
interface Functions {
  BIO_ADDR_free(address: Pointer): void;
  BIO_ADDR_new(): Pointer;
  BIO_ctrl(bio: Pointer, command: number, number: number, pointer: null): number;
  BIO_free(bio: Pointer): number;
  BIO_new(type: Pointer): Pointer;
  BIO_read(bio: Pointer, into: Bytes, length: number): number;
  BIO_s_mem(): Pointer;
  BIO_write(bio: Pointer, bytes: Bytes, length: number): number;
  DTLS_method(): Pointer;
  DTLSv1_listen(ssl: Pointer, peer: Pointer): number;
  ERR_clear_error(): void;
  ERR_get_error(): number | bigint;
  ERR_reason_error_string(code: number | bigint): string | null;
  EVP_PKEY_free(key: Pointer): void;
  PEM_read_bio_PrivateKey(bio: Pointer, into: null, ask: null, password: string): Pointer | null;
  PEM_read_bio_X509(bio: Pointer, into: null, ask: null, password: string): Pointer | null;
  SSL_CTX_check_private_key(context: Pointer): number;
  SSL_CTX_ctrl(context: Pointer, command: number, number: number, pointer: Pointer | null): number;
  SSL_CTX_free(context: Pointer): void;
  SSL_CTX_get_cert_store(context: Pointer): Pointer;
  SSL_CTX_new(method: Pointer): Pointer;
  SSL_CTX_set_cipher_list(context: Pointer, list: string): number;
  SSL_CTX_set_cookie_generate_cb(context: Pointer, call: Pointer): void;
  SSL_CTX_set_cookie_verify_cb(context: Pointer, call: Pointer): void;
  SSL_CTX_set_options(context: Pointer, options: bigint): bigint | number;
  SSL_CTX_set_psk_client_callback(context: Pointer, call: Pointer): void;
  SSL_CTX_set_psk_server_callback(context: Pointer, call: Pointer): void;
  SSL_CTX_set_security_callback(context: Pointer, call: Pointer): void;
  SSL_CTX_set_security_level(context: Pointer, level: number): void;
  SSL_CTX_set_verify(context: Pointer, mode: number, call: null): void;
  SSL_CTX_use_PrivateKey(context: Pointer, key: Pointer): number;
  SSL_CTX_use_certificate(context: Pointer, certificate: Pointer): number;
  SSL_ctrl(ssl: Pointer, command: number, number: number, pointer: string | null): number;
  SSL_do_handshake(ssl: Pointer): number;
  SSL_free(ssl: Pointer): void;
  SSL_get0_param(ssl: Pointer): Pointer;
  SSL_get1_peer_certificate(ssl: Pointer): Pointer | null;
  SSL_get_error(ssl: Pointer, result: number): number;
  SSL_get_psk_identity(ssl: Pointer): string | null;
  SSL_get_verify_result(ssl: Pointer): number;
  SSL_new(context: Pointer): Pointer;
  SSL_read(ssl: Pointer, into: Bytes, length: number): number;
  SSL_set1_host(ssl: Pointer, name: string): number;
  SSL_set_bio(ssl: Pointer, input: Pointer, output: Pointer): void;
  SSL_set_connect_state(ssl: Pointer): void;
  SSL_shutdown(ssl: Pointer): number;
  SSL_write(ssl: Pointer, bytes: Bytes, length: number): number;
  X509_STORE_add_cert(store: Pointer, certificate: Pointer): number;
  X509_VERIFY_PARAM_set1_ip_asc(parameters: Pointer, address: string): number;
  X509_free(certificate: Pointer): void;
  X509_verify_cert_error_string(code: number): string;
  i2d_X509_bio(bio: Pointer, certificate: Pointer): number;
}

const prototypes: Readonly<Record<keyof Functions, string>> = {
  BIO_ADDR_free: 'void (void *)',
  BIO_ADDR_new: 'void *()',
  BIO_ctrl: 'long (void *, int, long, void *)',
  BIO_free: 'int (void *)',
  BIO_new: 'void *(void *)',
  BIO_read: 'int (void *, void *, int)',
  BIO_s_mem: 'void *()',
  BIO_write: 'int (void *, const void *, int)',
  DTLS_method: 'void *()',
  DTLSv1_listen: 'int (void *, void *)',
  ERR_clear_error: 'void ()',
  ERR_get_error: 'unsigned long ()',
  ERR_reason_error_string: 'const char *(unsigned long)',
  EVP_PKEY_free: 'void (void *)',
  PEM_read_bio_PrivateKey: 'void *(void *, void *, void *, const char *)',
  PEM_read_bio_X509: 'void *(void *, void *, void *, const char *)',
  SSL_CTX_check_private_key: 'int (void *)',
  SSL_CTX_ctrl: 'long (void *, int, long, void *)',
  SSL_CTX_free: 'void (void *)',
  SSL_CTX_get_cert_store: 'void *(void *)',
  SSL_CTX_new: 'void *(void *)',
  SSL_CTX_set_cipher_list: 'int (void *, const char *)',
  SSL_CTX_set_cookie_generate_cb: 'void (void *, void *)',
  SSL_CTX_set_cookie_verify_cb: 'void (void *, void *)',
  SSL_CTX_set_options: 'uint64_t (void *, uint64_t)',
  SSL_CTX_set_psk_client_callback: 'void (void *, void *)',
  SSL_CTX_set_psk_server_callback: 'void (void *, void *)',
  SSL_CTX_set_security_callback: 'void (void *, void *)',
  SSL_CTX_set_security_level: 'void (void *, int)',
  SSL_CTX_set_verify: 'void (void *, int, void *)',
  SSL_CTX_use_PrivateKey: 'int (void *, void *)',
  SSL_CTX_use_certificate: 'int (void *, void *)',
  SSL_ctrl: 'long (void *, int, long, const char *)',
  SSL_do_handshake: 'int (void *)',
  SSL_free: 'void (void *)',
  SSL_get0_param: 'void *(void *)',
  SSL_get1_peer_certificate: 'void *(void *)',
  SSL_get_error: 'int (void *, int)',
  SSL_get_psk_identity: 'const char *(void *)',
  SSL_get_verify_result: 'long (void *)',
  SSL_new: 'void *(void *)',
  SSL_read: 'int (void *, void *, int)',
  SSL_set1_host: 'int (void *, const char *)',
  SSL_set_bio: 'void (void *, void *, void *)',
  SSL_set_connect_state: 'void (void *)',
  SSL_shutdown: 'int (void *)',
  SSL_write: 'int (void *, const void *, int)',
  X509_STORE_add_cert: 'int (void *, void *)',
  X509_VERIFY_PARAM_set1_ip_asc: 'int (void *, const char *)',
  X509_free: 'void (void *)',
  X509_verify_cert_error_string: 'const char *(long)',
  i2d_X509_bio: 'int (void *, void *)',
};

/** What OpenSSL calls back, and how C sees that. */
const callbacks = {
  pskServer: 'unsigned int PskServer(void *ssl, const char *identity, void *key, unsigned int most)',
  pskClient:
    'unsigned int PskClient(void *ssl, const char *hint, void *identity, unsigned int mostIdentity, void *key, unsigned int mostKey)',
  makeCookie: 'int MakeCookie(void *ssl, void *cookie, void *length)',
  checkCookie: 'int CheckCookie(void *ssl, void *cookie, unsigned int length)',
  security:
    'int Security(void *ssl, void *context, int operation, int bits, int nid, void *other, void *extra)',
} as const;

export type CallbackKind = keyof typeof callbacks;

/** The OpenSSL inside of node, and native memory. */
export interface OpenSsl extends Functions {
  /** Makes a function that C can call; `release` ends that. */
  callback(kind: CallbackKind, call: (...values: never[]) => number): Pointer;
  release(callback: Pointer): void;
  /** Writes bytes to native memory, or one unsigned int. */
  poke(to: Pointer, value: Uint8Array | number): void;
  peek(from: Pointer, length: number): Uint8Array;
  /** Takes what OpenSSL says went wrong since it was last asked. */
  takeErrors(): string;
}

/** Finds OpenSSL in this process by way of the optional package koffi; rejects where either is missing. */
export async function loadOpenSsl(): Promise<OpenSsl> {
  const { default: koffi } = await import('koffi');
  const library = koffi.load(null);
  const functions = Object.fromEntries(
    Object.entries(prototypes).map(([name, prototype]) => [
      name,
      library.func(prototype.replace('(', ` ${name}(`)),
    ]),
  ) as unknown as Functions;
  // koffi keeps every type that it was ever asked for.
  const types = new Map<number, ReturnType<typeof koffi.array>>();
  const bytes = (length: number) => {
    const type = types.get(length) ?? koffi.array('uint8_t', length);
    types.set(length, type);
    return type;
  };
  const kinds = Object.fromEntries(
    Object.entries(callbacks).map(([kind, prototype]) => [kind, koffi.pointer(koffi.proto(prototype))]),
  );
  return {
    ...functions,
    callback: (kind, call) => koffi.register(call, kinds[kind] as never),
    release: (callback) => koffi.unregister(callback),
    poke(to, value) {
      if (typeof value === 'number') koffi.encode(to, 'unsigned int', value);
      else koffi.encode(to, bytes(value.length), value);
    },
    peek: (from, length) => new Uint8Array(koffi.decode(from, bytes(length))),
    takeErrors() {
      const reasons: string[] = [];
      for (let code = functions.ERR_get_error(); Number(code) !== 0; code = functions.ERR_get_error()) {
        reasons.push(functions.ERR_reason_error_string(code) ?? `error ${code}`);
      }
      return reasons.join(', ');
    },
  };
}
