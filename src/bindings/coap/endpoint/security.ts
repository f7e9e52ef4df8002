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
  readonly psk?: { readonly identity: string; readonly key: Uint8Array };
  /** The client's certificate with its chain, PEM. */
  readonly cert?: string;
  /** Its private key, PEM. */
  readonly key?: string;
  /** Authorities of server certificates, PEM; default: those of Node. */
  readonly ca?: string;
}

/** What a client uses for an address: the same for all, or by the URL. */
export type SecurityChoice = ClientSecurity | ((target: URL) => ClientSecurity | undefined);
