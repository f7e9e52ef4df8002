import { mqttBroker } from '../../../contracts/access.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import { soon } from './broker-link.ts';
import { Ownership } from './mqtt-ownership.ts';
import type { MqttRun, PublishedThings } from './published-things.ts';
import { mayAnything } from './topic-rights.ts';

/** Which Things are offered: on a broker of others those that are granted to it, and whose topics are no other servient's. */
export class OfferedThings {
  /** Where the broker is shared with others. */
  readonly ownership: Ownership | undefined;
  readonly #run: MqttRun;
  readonly #published: PublishedThings;
  /** Things whose topics belong to another servient. */
  readonly #refused = new WeakSet<HostedThing>();
  #claims = new WeakMap<HostedThing, Promise<void>>();
  #hasToldUngranted = false;

  constructor(run: MqttRun, published: PublishedThings) {
    this.#run = run;
    this.#published = published;
    if (!run.link.isOwn) this.ownership = this.#sharing();
  }

  /** On a broker of others the servient's own Thing, of the same name everywhere, would clash. */
  offers(thing: HostedThing): boolean {
    if (this.#refused.has(thing)) return false;
    return this.#run.link.isOwn || (thing.listed && this.#isGranted(thing));
  }

  /** Looks whether another servient publishes a Thing of this name; a broker that is away is looked at when it comes. */
  async prepare(thing: HostedThing): Promise<void> {
    const { link, host } = this.#run;
    if (!this.offers(thing)) return;
    const claim = this.#claim(thing);
    if (link.connected) await soon(claim, host.clock);
  }

  async expose(thing: HostedThing): Promise<void> {
    if (!this.offers(thing)) return;
    const { link, host } = this.#run;
    const published = this.#claim(thing).then(() => this.#publish(thing));
    if (link.connected && (await soon(published, host.clock))) return;
    published.catch((error) => host.logger.error(`${thing.name} is not offered over MQTT`, { error }));
    if (!link.connected) return;
    const message = `The MQTT broker ${link.url} does not answer; ${thing.name} will be there when it does.`;
    host.logger.warn(message);
  }

  async unexpose(thing: HostedThing): Promise<void> {
    if (!this.#claims.delete(thing)) return;
    await this.#unpublish(thing, true);
    this.ownership?.release(thing.name);
  }

  /** The servient stops: what still waits for the broker comes to nothing. */
  end(): void {
    this.#claims = new WeakMap();
  }

  #claim(thing: HostedThing): Promise<void> {
    const claim = this.#claims.get(thing) ?? this.#look(thing);
    this.#claims.set(thing, claim);
    return claim;
  }

  /** Behind a broker of others: listens to requests and claims the Thing's topics. */
  async #look(thing: HostedThing): Promise<void> {
    const { link, host } = this.#run;
    if (!this.ownership) return;
    const subscribe = () =>
      link.subscribe(this.#filters(thing)).catch((error) => {
        const message = `Not all requests to ${thing.name} come over MQTT: the broker refuses subscriptions`;
        host.logger.warn(message, { error });
      });
    const owner = await this.ownership.claim(thing.name, subscribe);
    if (owner !== undefined) await this.#refuse(thing, owner);
  }

  #publish(thing: HostedThing): void {
    // Whoever waited for a slow broker may be gone meanwhile.
    if (this.#claims.has(thing)) this.#published.add(thing);
  }

  async #refuse(thing: HostedThing, owner: string): Promise<void> {
    if (!this.#claims.delete(thing)) return;
    this.#refused.add(thing);
    const { host, link, topics } = this.#run;
    const topic = topics.thing(thing.name);
    const message = `The Thing ${JSON.stringify(thing.name)} (${thing.id}) is not offered over MQTT: at ${link.url} the topic ${topic} belongs to the servient ${owner}. Give one of the Things another name, or the servients prefixes (--mqtt-prefix).`;
    host.logger.warn(message);
    await this.#unpublish(thing, false);
  }

  async #unpublish(thing: HostedThing, areOurs: boolean): Promise<void> {
    const { link, host } = this.#run;
    this.#published.remove(thing, areOurs);
    if (!this.ownership) return;
    const unsubscribed = link.unsubscribe(this.#filters(thing)).catch(() => {});
    await soon(unsubscribed, host.clock);
  }

  #filters(thing: HostedThing): readonly string[] {
    const { topics } = this.#run;
    return [topics.thingServient(thing.name), ...topics.requestFilters(thing)];
  }

  #sharing(): Ownership {
    const { topics, host } = this.#run;
    return new Ownership({
      ...this.#run,
      clock: host.clock,
      lost: (name, owner) => {
        const lost = this.#published.at(topics.thing(name));
        if (lost) this.#refuse(lost.thing, owner).catch(() => {});
      },
    });
  }

  #isGranted(thing: HostedThing): boolean {
    const { host, link } = this.#run;
    if (mayAnything(host.access, mqttBroker, thing)) return true;
    // Once: it may be meant, and of many.
    if (!this.#hasToldUngranted) {
      const message = `${thing.name} is not offered over MQTT: nothing of it is granted to ${mqttBroker.name}, as whom all requests through ${link.url} are served. It needs a grant in the access rules; so do all Things that are to be there.`;
      host.logger.warn(message);
    }
    this.#hasToldUngranted = true;
    return false;
  }
}
