import type { HttpCredentials, PskCredentials } from '../contracts/access.ts';
import type { ClientBinding } from '../contracts/binding.ts';
import type { Form } from '../contracts/td.ts';
import { trustedAuthorities } from '../security/trusted-authorities.ts';
import { ownMember } from '../td/json-object.ts';
import { protocolOf, schemeOf } from '../td/protocol.ts';

/** How our own clients are made. */
export interface ClientSettings {
  readonly credentials?: HttpCredentials;
  readonly psk?: PskCredentials;
  /** Certificates in PEM to trust beside those of the system. */
  readonly ca?: string;
}

/** The same, where what is missing may be undefined. */
type GivenSettings = { readonly [Name in keyof ClientSettings]: ClientSettings[Name] | undefined };

type Load = (settings: ClientSettings) => Promise<ClientBinding>;

const http: Load = async (settings) =>
  (await import('../bindings/http/client/http-client.ts')).httpClient(settings);
const websocket: Load = async (settings) =>
  (await import('../bindings/websocket/websocket-client.ts')).websocketClient(settings);
const coap: Load = async ({ psk, ca }) => {
  const { coapClient } = await import('../bindings/coap/coap-client.ts');
  const trusted = ca === undefined ? {} : { ca: trustedAuthorities(ca).join('\n') };
  return coapClient({ security: { ...trusted, ...(psk && { psk }) } });
};
const mqtt: Load = async ({ credentials, ca }) => {
  const { mqttClient } = await import('../bindings/mqtt/mqtt-client.ts');
  const trusted = ca === undefined ? {} : { ca };
  if (credentials === undefined || 'token' in credentials) return mqttClient(trusted);
  return mqttClient({ ...trusted, username: credentials.user, password: credentials.password });
};

/** By the names of the protocols. */
const loaders: Readonly<Record<string, Load>> = { http, websocket, coap, mqtt };

/** The clients of one consumer: those it was given, then our own, made when a scheme first needs them. */
export class ClientPool {
  readonly #given: readonly ClientBinding[];
  readonly #settings: ClientSettings;
  readonly #made = new Map<Load, Promise<ClientBinding>>();
  readonly #others = new Map<string, ClientPool>();
  #strangers: ClientPool | undefined;

  /** Throws WotError `invalid` CA_INVALID. */
  constructor(given: readonly ClientBinding[] = [], { credentials, psk, ca }: GivenSettings = {}) {
    if (ca !== undefined) trustedAuthorities(ca);
    this.#given = given;
    this.#settings = {
      ...(credentials && { credentials }),
      ...(psk && { psk }),
      ...(ca === undefined ? {} : { ca }),
    };
  }

  /** Clients without credentials, those given (which may have some) left out: for addresses that nobody vouches for. */
  get strangers(): ClientPool {
    this.#strangers ??= new ClientPool([], { ca: this.#settings.ca });
    return this.#strangers;
  }

  /** The same clients with other credentials, for the Things that these are for. */
  withCredentials(credentials: HttpCredentials): ClientPool {
    const key = JSON.stringify(credentials);
    const pool = this.#others.get(key) ?? new ClientPool([], { ...this.#settings, credentials });
    this.#others.set(key, pool);
    return pool;
  }

  /** The clients for a form with an absolute address, best first. */
  async for(form: Pick<Form, 'href' | 'subprotocol'>): Promise<readonly ClientBinding[]> {
    const scheme = schemeOf(form);
    const protocol = protocolOf(form);
    // Over WebSocket there are two protocols, and the client of one has no use for the other's forms.
    const fits = ({ schemes }: ClientBinding): boolean =>
      !/^wss?$/.test(scheme) || schemes.includes('mqtt') === (protocol === 'mqtt');
    const given = this.#given.filter((client) => client.schemes.includes(scheme) && fits(client));
    const load = ownMember(loaders, protocol);
    if (given.length > 0 || load === undefined) return given;
    const made = this.#made.get(load) ?? load(this.#settings);
    this.#made.set(load, made);
    return [await made];
  }

  /** Stops the clients that were made here; those given belong to their giver. */
  async stop(): Promise<void> {
    await this.#strangers?.stop();
    for (const pool of this.#others.values()) await pool.stop();
    this.#others.clear();
    const made = await Promise.all(this.#made.values());
    this.#made.clear();
    await Promise.all(made.map((client) => client.stop()));
  }
}
