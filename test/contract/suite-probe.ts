import { expect, vi } from 'vitest';
import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  Content,
  Notification,
  NotificationListener,
} from '../../src/contracts/binding.ts';
import type { Value } from '../../src/contracts/interaction.ts';
import type { AffordanceKind, Form, Op, ThingDescription } from '../../src/contracts/td.ts';
import { fromContent, toContent } from './suite-coding.ts';
import { expanded, formFor, hasForm, renamed, type Target, type UriVariables } from './suite-forms.ts';

/** How a probe talks: over which client, in which media type, and how many ms it waits for anything. */
export interface Line {
  readonly client: ClientBinding;
  readonly contentType: string;
  readonly patience: number;
}

/** What may be set for one request beside its target. */
export interface Extra {
  readonly content?: Content;
  readonly uriVariables?: UriVariables;
  readonly timeout?: number;
  /** Aims at another affordance, or at another Thing where `from` is no affordance, whether the TD has it or not. */
  readonly renaming?: { readonly from: string; readonly to: string };
}

/** The wire form of an asynchronous invocation (Profile: ActionStatus). */
export interface ActionStatus {
  readonly id?: string;
  readonly status: string;
  readonly href?: string;
  readonly output?: Value;
  readonly error?: unknown;
  readonly timeRequested: string;
  readonly timeEnded?: string;
}

/** An asynchronous invocation as its caller knows it. */
export interface Invocation {
  readonly action: string;
  readonly location: string | undefined;
  readonly status: ActionStatus;
}

/** What a subscription brought, in order. */
export class Received implements NotificationListener {
  readonly notifications: Notification[] = [];
  readonly gaps: { readonly after?: string; readonly resumesAt?: string }[] = [];
  readonly ends: (Error | 'ended')[] = [];
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  get values(): readonly Value[] {
    return this.notifications.map(({ content }) => this.#value(content));
  }

  get named(): readonly (readonly [string | undefined, Value])[] {
    return this.notifications.map(({ name, content }) => [name, this.#value(content)] as const);
  }

  get ids(): readonly string[] {
    return this.notifications.map(({ id }) => id ?? '');
  }

  next(notification: Notification): void {
    this.notifications.push(notification);
  }

  gap(gap: { readonly after?: string; readonly resumesAt?: string }): void {
    this.gaps.push(gap);
  }

  failed(error: Error): void {
    this.ends.push(error);
  }

  ended(): void {
    this.ends.push('ended');
  }

  /** Waits until just these values came. */
  async toBe(values: readonly Value[]): Promise<void> {
    await this.until(() => expect(this.values).toEqual(values));
  }

  /** Waits until the check holds. */
  async until(check: () => void): Promise<void> {
    await vi.waitFor(check, { timeout: this.#line.patience, interval: 2 });
  }

  #value(content: Content | undefined): Value {
    return fromContent(this.#line.contentType, content);
  }
}

/** A subscription in a test's hands. */
export interface Subscription {
  readonly received: Received;
  end(): Promise<void>;
}

/** One Thing as a consumer meets it: its TD, and every operation by the forms of that TD. */
export class Probe {
  readonly td: ThingDescription;
  readonly line: Line;

  constructor(td: ThingDescription, line: Line) {
    this.td = td;
    this.line = line;
  }

  async read(name: string, extra?: Extra): Promise<Value> {
    return this.#value(await this.send(property('readproperty', name), extra));
  }

  async write(name: string, value: Value, extra?: Extra): Promise<void> {
    await this.send(property('writeproperty', name), { content: this.content(value), ...extra });
  }

  async invoke(name: string, input?: Value, extra?: Extra): Promise<Value> {
    return this.#value(await this.#invoke(name, input, extra));
  }

  async begin(action: string, input?: Value): Promise<Invocation> {
    const response = await this.#invoke(action, input);
    return { action, location: response.location, status: this.#value(response) as ActionStatus };
  }

  async query(invocation: Invocation): Promise<ActionStatus> {
    return this.#value(await this.#follow('queryaction', invocation)) as ActionStatus;
  }

  async cancel(invocation: Invocation): Promise<void> {
    await this.#follow('cancelaction', invocation);
  }

  async queryAll(): Promise<Readonly<Record<string, readonly ActionStatus[]>>> {
    const response = await this.send({ op: 'queryallactions' });
    return this.#value(response) as Readonly<Record<string, readonly ActionStatus[]>>;
  }

  async readAll(): Promise<Value> {
    return this.#value(await this.send({ op: 'readallproperties' }));
  }

  /** The names travel in the uriVariable `names` where the form has it, else as the payload. */
  async readMultiple(names: readonly string[]): Promise<Value> {
    const target = { op: 'readmultipleproperties' } as const;
    const inHref = /\{[?&][^}]*names/.test(formFor(this.td, this.line.client, target).href);
    const extra = inHref ? { uriVariables: { names } } : { content: this.content(names) };
    return this.#value(await this.send(target, extra));
  }

  async writeAll(values: Value): Promise<void> {
    await this.send({ op: 'writeallproperties' }, { content: this.content(values) });
  }

  async writeMultiple(values: Value): Promise<void> {
    await this.send({ op: 'writemultipleproperties' }, { content: this.content(values) });
  }

  observe(name: string, extra?: Extra): Promise<Subscription> {
    return this.subscribe(property('observeproperty', name), extra);
  }

  event(name: string, extra?: Extra): Promise<Subscription> {
    return this.subscribe(on('subscribeevent', 'events', name), extra);
  }

  async subscribe(target: Target, extra?: Extra): Promise<Subscription> {
    const received = new Received(this.line);
    return { received, end: await this.line.client.subscribe(this.request(target, extra), received) };
  }

  send(target: Target, extra?: Extra): Promise<ClientResponse> {
    return this.line.client.request(this.request(target, extra));
  }

  /** The request that a consumer with this media type makes of the TD's form. */
  request(target: Target, extra: Extra = {}): ClientRequest {
    const { content, uriVariables = {}, timeout = this.line.patience, renaming } = extra;
    const { op, name } = target;
    const chosen = expanded(this.td, formFor(this.td, this.line.client, target), uriVariables);
    const form = renaming === undefined ? chosen : renamed(chosen, renaming.from, renaming.to);
    const isOther = renaming !== undefined && renaming.from !== name;
    return {
      op,
      form: { ...form, contentType: this.line.contentType },
      target: {
        thing: isOther ? renaming.to : (this.td.id ?? ''),
        ...(name !== undefined && { name: renaming?.from === name ? renaming.to : name }),
        uriVariables,
      },
      timeout,
      ...(content && { content }),
    };
  }

  content(value: Value): Content {
    return toContent(this.line.contentType, value);
  }

  #value({ content }: ClientResponse): Value {
    return fromContent(this.line.contentType, content);
  }

  #invoke(name: string, input?: Value, extra?: Extra): Promise<ClientResponse> {
    const content = input === undefined ? {} : { content: this.content(input) };
    return this.send(on('invokeaction', 'actions', name), { ...content, ...extra });
  }

  /** By the TD's form where it has one (the payload is the invocation id), else at the invocation's own address. */
  #follow(op: 'queryaction' | 'cancelaction', invocation: Invocation): Promise<ClientResponse> {
    const { action, location, status } = invocation;
    const target = on(op, 'actions', action);
    if (hasForm(this.td, this.line.client, target)) {
      return this.send(target, { content: this.content(status.id ?? status.href?.split('/').at(-1)) });
    }
    if (location === undefined) throw new Error(`Action ${action} answered without a location`);
    const form: Form = { href: location, op, contentType: this.line.contentType };
    return this.line.client.request({ op, form, timeout: this.line.patience });
  }
}

/** A property as the target of an op. */
export function property(op: Op, name: string): Target {
  return on(op, 'properties', name);
}

/** An affordance as the target of an op. */
export function on(op: Op, kind: AffordanceKind, name: string): Target {
  return { op, kind, name };
}
