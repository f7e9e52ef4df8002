import { randomUUID } from 'node:crypto';
import type { ServerBinding } from '../contracts/binding.ts';
import type { ThingDefinition, ThingHandle } from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import type { HostedThing, ServedTd } from '../contracts/interaction.ts';
import type { FactStore } from '../contracts/stores.ts';
import type { Link, PartialTd, ThingDescription } from '../contracts/td.ts';
import { type HostEnvironment, hostThing, type RunningThing } from '../interaction/host-thing.ts';
import { refuseUnenforcedSecurity, servedTd } from './served-td.ts';
import { servientName, servientThing } from './servient-thing.ts';

/** An exposed Thing as the program that exposed it sees it. */
export interface ExposedThing {
  readonly name: string;
  readonly id: string;
  readonly handle: ThingHandle;
  td(): ThingDescription;
}

interface Parts {
  readonly environment: HostEnvironment;
  readonly bindings: readonly ServerBinding[];
  readonly facts: FactStore;
  /** The servient's live map, which bindings look into. */
  readonly things: Map<string, HostedThing>;
}

/** Puts Things on every binding of a started servient, and takes them off again. */
export class Exposure {
  readonly #parts: Parts;
  readonly #running = new Map<string, RunningThing>();
  /** Names whose Things are on their way into the map. */
  readonly #exposing = new Set<string>();
  #servient: { readonly running: RunningThing; forgetTd(): void } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Hosts the servient itself, whose TD links to all others. */
  async exposeServient(title: string): Promise<void> {
    const definition = servientThing(title, () => this.#listed());
    let served: ServedTd | undefined;
    const links = () => this.#listed().map((thing) => this.#itemLink(thing));
    const id = await this.#idOf(definition.td, servientName);
    const running = hostThing(definition, servientName, this.#parts.environment);
    const thing: HostedThing = {
      ...this.#hosted(definition, { name: servientName, id, running }),
      listed: false,
      description: () => {
        served ??= servedTd(definition.td, { id, forms: this.#forms(thing), links: links() });
        return served;
      },
    };
    await this.#add(thing, running);
    this.#servient = {
      running,
      forgetTd: () => {
        served = undefined;
      },
    };
  }

  async expose(definition: ThingDefinition): Promise<ExposedThing> {
    const { td, options } = definition;
    refuseUnenforcedSecurity(td);
    const name = options.name ?? slug(td.title);
    this.#checkNames(name, td);
    this.#exposing.add(name);
    try {
      return await this.#expose(definition, name);
    } finally {
      this.#exposing.delete(name);
    }
  }

  async #expose(definition: ThingDefinition, name: string): Promise<ExposedThing> {
    const id = await this.#idOf(definition.td, name);
    const running = hostThing(definition, name, this.#parts.environment);
    const thing = this.#hosted(definition, { name, id, running });
    await this.#add(thing, running);
    this.#tellServient('thingAdded', name);
    return { name, id, handle: running.handle, td: () => thing.description().td };
  }

  async unexpose(name: string): Promise<void> {
    const thing = this.#parts.things.get(name);
    if (!thing?.listed) {
      throw new WotError(
        'not-found',
        'THING_UNKNOWN',
        `There is no Thing ${JSON.stringify(name)} to remove.`,
      );
    }
    await this.#remove(thing);
    this.#tellServient('thingRemoved', name);
  }

  /** Ends all Things; bindings are stopped by the servient. */
  async close(): Promise<void> {
    for (const running of this.#running.values()) await running.close();
    this.#running.clear();
    this.#parts.things.clear();
  }

  #hosted(
    { td }: ThingDefinition,
    { name, id, running }: { readonly name: string; readonly id: string; readonly running: RunningThing },
  ): HostedThing {
    let served: ServedTd | undefined;
    const thing: HostedThing = {
      name,
      id,
      affordances: td,
      interactions: running.interactions,
      listed: true,
      description: () => {
        served ??= servedTd(td, { id, forms: this.#forms(thing) });
        return served;
      },
    };
    return thing;
  }

  async #add(thing: HostedThing, running: RunningThing): Promise<void> {
    this.#parts.things.set(thing.name, thing);
    this.#running.set(thing.name, running);
    try {
      for (const binding of this.#parts.bindings) await binding.prepare?.(thing);
      thing.description();
      for (const binding of this.#parts.bindings) await binding.expose(thing);
    } catch (error) {
      await this.#remove(thing);
      throw error;
    }
  }

  async #remove(thing: HostedThing): Promise<void> {
    this.#parts.things.delete(thing.name);
    await this.#running.get(thing.name)?.close();
    this.#running.delete(thing.name);
    for (const binding of this.#parts.bindings) await binding.unexpose(thing);
  }

  #forms(thing: HostedThing) {
    return this.#parts.bindings.map((binding) => binding.forms(thing));
  }

  #listed(): readonly HostedThing[] {
    return [...this.#parts.things.values()].filter(({ listed }) => listed);
  }

  #itemLink({ name }: HostedThing): Link {
    const addresses = this.#parts.bindings.flatMap((binding) => binding.addresses);
    const base = addresses.find((address) => /^(https?|coaps?):/.test(address)) ?? '';
    return { rel: 'item', href: `${base}/things/${encodeURIComponent(name)}`, type: 'application/td+json' };
  }

  #tellServient(event: string, name: string): void {
    this.#servient?.forgetTd();
    const handle = this.#servient?.running.handle;
    handle?.emit(event, name);
    const things = this.#listed().map(({ name: of, id, affordances }) => ({
      name: of,
      id,
      title: affordances.title,
    }));
    handle?.notify('things', things);
  }

  /** The TD's own id, else one that was given to this name at its first exposure. */
  async #idOf({ id }: PartialTd, name: string): Promise<string> {
    if (id !== undefined) return id;
    const { facts } = this.#parts;
    const key = `thing-id ${name}`;
    const known = facts.get(key) ?? `urn:uuid:${randomUUID()}`;
    await facts.set(key, known);
    return known;
  }

  #checkNames(name: string, { properties, actions, events }: PartialTd): void {
    if (this.#parts.things.has(name) || this.#exposing.has(name)) {
      const message = `A Thing named ${JSON.stringify(name)} is already exposed; give this one a name of its own (defineThing option "name").`;
      throw new WotError('conflict', 'NAME_TAKEN', message);
    }
    for (const each of [name, ...[properties, actions, events].flatMap((kind) => Object.keys(kind ?? {}))]) {
      // Dot segments vanish from URLs (RFC 3986 section 5.2.4).
      if (each === '' || each === '.' || each === '..') {
        const message = `${JSON.stringify(each)} cannot be a name in an address; rename the Thing or affordance.`;
        throw new WotError('invalid', 'NAME_UNUSABLE', message);
      }
    }
  }
}

/** Lower-case letters and digits of any script, joined by hyphens. */
export function slug(title: string): string {
  const words = title
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return words?.join('-') ?? 'thing';
}
