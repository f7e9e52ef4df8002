import { randomUUID } from 'node:crypto';
import type { ServerBinding } from '../contracts/binding.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ThingDefinition, ThingHandle, ThingOptions } from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import type { FactStore } from '../contracts/stores.ts';
import type { Link, PartialTd, ThingDescription } from '../contracts/td.ts';
import { type HostEnvironment, hostThing, type RunningThing } from '../interaction/host-thing.ts';
import { listedThings } from '../interaction/hosted-list.ts';
import { thingPath } from '../interaction/path-forms.ts';
import { checkOptions, checkTd } from '../td/check-definition.ts';
import { checkServed } from './check-served.ts';
import { inLanguages, refuseUnenforcedSecurity, servedTd } from './served-td.ts';
import { servientName, servientThing, thingEntries } from './servient-thing.ts';

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
  /** By id. */
  readonly #names = new Map<string, string>();
  /** Names whose Things are coming or going. */
  readonly #busy = new Map<string, Promise<unknown>>();
  #isOpen = true;
  #tellServient: (event: string, name: string) => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Hosts the servient itself, whose TD links to all others. */
  async exposeServient(title: string): Promise<void> {
    const list = () => thingEntries(listedThings(this.#parts.things));
    const definition = servientThing(title, list);
    const id = await this.#idOf(definition.td, servientName);
    const links = () => listedThings(this.#parts.things).map((thing) => this.#itemLink(thing));
    const { thing, running, forgetTd } = this.#host(definition, { name: servientName, id, links });
    await this.#add(thing, running);
    const tellList = spaced(this.#parts.environment.clock, () => running.handle.notify('things', list()));
    this.#tellServient = (event, name) => {
      forgetTd();
      running.handle.emit(event, name);
      tellList();
    };
  }

  async expose(definition: ThingDefinition): Promise<ExposedThing> {
    const { td, options } = definition;
    checkTd(td);
    checkOptions(td, options);
    refuseUnenforcedSecurity(td);
    const name = options.name ?? slug(td.title);
    if (this.#parts.things.has(name)) throw nameTaken(name);
    return this.#alone(name, () => this.#expose(definition, name));
  }

  async #expose(definition: ThingDefinition, name: string): Promise<ExposedThing> {
    const id = await this.#idOf(definition.td, name);
    const twin = this.#names.get(id);
    if (twin !== undefined) {
      const message = `The id ${id} belongs to the Thing ${JSON.stringify(twin)} already; every Thing needs its own.`;
      throw new WotError('conflict', 'ID_TAKEN', message);
    }
    const { thing, running } = this.#host(definition, { name, id });
    await this.#add(thing, running, definition.options);
    this.#tellServient('thingAdded', name);
    return { name, id, handle: running.handle, td: () => thing.description().td };
  }

  async unexpose(name: string): Promise<void> {
    const thing = this.#parts.things.get(name);
    if (!thing?.listed) {
      throw new WotError(
        'not-found',
        'THING_UNKNOWN',
        `There is no Thing ${JSON.stringify(name)} to remove; \`things\` lists the names.`,
      );
    }
    await this.#alone(name, () => this.#remove(thing));
    this.#tellServient('thingRemoved', name);
  }

  /** How many asynchronous actions run. */
  get invocations(): number {
    return [...this.#running.values()].reduce((sum, { running }) => sum + running, 0);
  }

  /** Takes no more Things, and waits for those that come or go. */
  async settle(): Promise<void> {
    this.#isOpen = false;
    await Promise.allSettled(this.#busy.values());
  }

  /** Ends all Things; bindings are stopped by the servient. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((running) => running.close()));
    this.#running.clear();
    this.#names.clear();
    this.#parts.things.clear();
  }

  #host(definition: ThingDefinition, { name, id, links = () => [] }: HostedAs) {
    const { td } = definition;
    const running = hostThing(definition, name, this.#parts.environment);
    let served: HostedThing['description'] | undefined;
    const thing: HostedThing = {
      name,
      id,
      affordances: td,
      interactions: running.interactions,
      streams: definition.options.streams ?? [],
      get fault() {
        return running.fault;
      },
      watchFault: (told) => running.watchFault(told),
      listed: name !== servientName,
      description: (language) => {
        served ??= inLanguages(servedTd(td, { id, forms: this.#forms(thing), links: links() }));
        return served(language);
      },
    };
    const forgetTd = () => {
      served = undefined;
    };
    return { thing, running, forgetTd };
  }

  async #add(thing: HostedThing, running: RunningThing, { lenient }: ThingOptions = {}): Promise<void> {
    const { bindings, things, environment } = this.#parts;
    things.set(thing.name, thing);
    this.#names.set(thing.id, thing.name);
    this.#running.set(thing.name, running);
    try {
      if (!this.#isOpen) throw stopped(thing);
      for (const binding of bindings) await binding.prepare?.(thing);
      // Not every binding offers the servient's own Thing.
      if (bindings.length > 0 && thing.listed) {
        checkServed(thing, { bindings, lenient, logger: environment.logger });
      }
      for (const binding of bindings) await binding.expose(thing);
      if (!this.#isOpen) throw stopped(thing);
    } catch (error) {
      await this.#remove(thing);
      throw error;
    }
  }

  async #remove(thing: HostedThing): Promise<void> {
    this.#parts.things.delete(thing.name);
    this.#names.delete(thing.id);
    for (const binding of this.#parts.bindings) {
      await binding.unexpose(thing).catch((error) => {
        const { logger } = this.#parts.environment;
        logger.error(`The ${binding.name} binding failed to remove ${JSON.stringify(thing.name)}`, { error });
      });
    }
    await this.#running.get(thing.name)?.close();
    this.#running.delete(thing.name);
  }

  /** One coming or going at a time for each name. */
  async #alone<R>(name: string, work: () => Promise<R>): Promise<R> {
    if (this.#busy.has(name)) throw nameTaken(name);
    const working = work();
    this.#busy.set(name, working);
    try {
      return await working;
    } finally {
      this.#busy.delete(name);
    }
  }

  #forms(thing: HostedThing) {
    return this.#parts.bindings.map((binding) => binding.forms(thing));
  }

  #itemLink({ name }: HostedThing): Link {
    const addresses = this.#parts.bindings.flatMap((binding) => binding.addresses);
    const base = addresses.find((address) => /^(https?|coaps?(\+tcp)?):/.test(address)) ?? '';
    return { rel: 'item', href: base + thingPath(name), type: 'application/td+json' };
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
}

/** What a Thing is hosted as. */
interface HostedAs {
  readonly name: string;
  readonly id: string;
  readonly links?: () => readonly Link[];
}

const listEvery = 500;

/** Does the work at once, but calls that follow within half a second share one more: the list of many new Things is not told with each. */
function spaced(clock: Clock, work: () => void): () => void {
  let pausing = false;
  let calledAgain = false;
  return function call() {
    calledAgain = pausing;
    if (pausing) return;
    pausing = true;
    work();
    clock.after(listEvery, () => {
      pausing = false;
      if (calledAgain) call();
    });
  };
}

function stopped({ affordances }: HostedThing): WotError {
  const message = `The servient was stopped while ${JSON.stringify(affordances.title)} was being exposed; start it again first.`;
  return new WotError('unavailable', 'SERVIENT_STOPPED', message);
}

function nameTaken(name: string): WotError {
  const message = `A Thing named ${JSON.stringify(name)} is already exposed; give this one a name of its own (defineThing option "name").`;
  return new WotError('conflict', 'NAME_TAKEN', message);
}

/** Lower-case letters and digits of any script, joined by hyphens; at most 60 of them, which every path and topic carries. */
export function slug(title: string): string {
  const words = title
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return [...(words?.join('-') ?? 'thing')].slice(0, 60).join('');
}
