import type { PeerIdentity } from '../../../contracts/access.ts';
import type { Address } from '../endpoint/endpoint.ts';
import type { ServerSecurity } from '../security/credentials.ts';

/** Pre-shared keys by identity, in Base64. */
export type KeyTexts = Readonly<Record<string, string>>;

export function keyTexts(psk: Readonly<Record<string, Uint8Array>>): KeyTexts {
  return Object.fromEntries(
    Object.entries(psk).map(([identity, key]) => [identity, Buffer.from(key).toString('base64')]),
  );
}

export function keysOf(texts: KeyTexts): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(texts).map(([identity, key]) => [identity, Buffer.from(key, 'base64')]));
}

type Pem = Pick<ServerSecurity, 'cert' | 'key' | 'ca'>;

/** A note of the servient to its DTLS process; `link` is the servient's number for a server or a connection. */
export type NoteToProcess =
  | (Address & {
      readonly do: 'serve';
      readonly link: number;
      readonly psk?: KeyTexts;
      readonly pem: Pem;
    })
  | (Address & {
      readonly do: 'connect';
      readonly link: number;
      /** The name or address that the server's certificate must have. */
      readonly host: string;
      /** The key in Base64. */
      readonly psk?: { readonly identity: string; readonly key: string };
      readonly pem: Pem;
    })
  | { readonly do: 'update-keys'; readonly link: number; readonly psk: KeyTexts }
  | { readonly do: 'close'; readonly link: number }
  /** Asks whether it still runs; answered by `alive`. */
  | { readonly do: 'answer' };

/** Why a link does not stand: what OpenSSL or the system says of it; `code` is the system's. */
export interface Refusal {
  readonly why: 'credentials' | 'socket' | 'handshake' | 'timeout';
  readonly reason: string;
  readonly code?: string;
}

/** A note of the DTLS process to its servient. */
export type NoteFromProcess =
  | { readonly is: 'ready' }
  | { readonly is: 'alive' }
  /** DTLS does not work here. */
  | { readonly is: 'unfit'; readonly reason: string }
  | { readonly is: 'listening'; readonly link: number; readonly port: number }
  /** A server cannot listen, or a connection did not come about. */
  | (Refusal & { readonly is: 'refused'; readonly link: number })
  | (Address & {
      readonly is: 'begun';
      readonly link: number;
      readonly session: number;
      readonly identity?: PeerIdentity;
    })
  | { readonly is: 'ended'; readonly link: number; readonly session: number; readonly reason: string };
