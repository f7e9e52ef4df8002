import type { HttpCredentials } from '../bindings/http/http-client.ts';
import type { ClientBinding } from '../contracts/binding.ts';
import { ownMember } from '../td/json-object.ts';

/** Who the consumer says it is. */
export type ConsumerCredentials = HttpCredentials;

type Load = (credentials: ConsumerCredentials | undefined) => Promise<ClientBinding>;

const http: Load = async (credentials) => {
  const { httpClient } = await import('../bindings/http/http-client.ts');
  return httpClient(credentials === undefined ? {} : { credentials });
};
const coap: Load = async () => (await import('../bindings/coap/coap-client.ts')).coapClient();
const mqtt: Load = async (credentials) => {
  const { mqttClient } = await import('../bindings/mqtt/mqtt-client.ts');
  if (credentials === undefined || 'token' in credentials) return mqttClient();
  return mqttClient({ username: credentials.user, password: credentials.password });
};

const loaders: Readonly<Record<string, Load>> = { http, https: http, coap, mqtt, mqtts: mqtt };

/** The clients of one consumer: those it was given, then our own, made when a scheme first needs them. */
export class ClientPool {
  readonly #given: readonly ClientBinding[];
  readonly #credentials: ConsumerCredentials | undefined;
  readonly #made = new Map<Load, Promise<ClientBinding>>();

  constructor(given: readonly ClientBinding[] = [], credentials?: ConsumerCredentials) {
    this.#given = given;
    this.#credentials = credentials;
  }

  /** The clients for an absolute address, best first. */
  async for(href: string): Promise<readonly ClientBinding[]> {
    const scheme = href.slice(0, href.indexOf(':')).toLowerCase();
    const given = this.#given.filter((client) => client.schemes.includes(scheme));
    const load = ownMember(loaders, scheme);
    if (given.length > 0 || load === undefined) return given;
    const made = this.#made.get(load) ?? load(this.#credentials);
    this.#made.set(load, made);
    return [await made];
  }

  /** Stops the clients that were made here; those given belong to their giver. */
  async stop(): Promise<void> {
    const made = await Promise.all(this.#made.values());
    this.#made.clear();
    await Promise.all(made.map((client) => client.stop()));
  }
}
