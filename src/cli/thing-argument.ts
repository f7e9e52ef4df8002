import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ClientPool } from '../consumer/client-pool.ts';
import { consume } from '../consumer/consume.ts';
import type { ConsumedThing } from '../consumer/consumed-thing.ts';
import { WotError } from '../contracts/errors.ts';
import type { ThingDescription } from '../contracts/td.ts';

/** Options that every command against Things takes. */
export interface ThingOptions {
  readonly at?: string;
  readonly timeout?: string;
  readonly json?: boolean;
  readonly uriVariable?: readonly string[];
}

/** A Thing whose TD is known only at run time. */
export type AnyThing = ConsumedThing<ThingDescription>;

/** The servient whose Things are meant by name. */
export function servientAddress({ at }: ThingOptions): string {
  return (at ?? process.env['THINGWRIGHT_URL'] ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');
}

/** The address of the TD meant by an argument: a URL, a file, or the name of a Thing. */
export function tdAddress(argument: string, options: ThingOptions): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(argument)) return argument;
  if (existsSync(argument)) return pathToFileURL(resolve(argument)).href;
  if (argument.includes('/') || argument.endsWith('.json')) {
    throw new WotError(
      'not-found',
      'FILE_NOT_FOUND',
      `There is no file ${resolve(argument)}; check the path.`,
    );
  }
  return `${servientAddress(options)}/things/${encodeURIComponent(argument)}`;
}

/** Consumes the Thing, works with it, and lets go of its connections. */
export async function withThing<R>(
  argument: string,
  options: ThingOptions,
  work: (thing: AnyThing) => Promise<R>,
): Promise<R> {
  const thing: AnyThing = await consume<ThingDescription>(tdAddress(argument, options), callOptions(options));
  try {
    return await work(thing);
  } finally {
    await thing.stop();
  }
}

/** Whatever JSON an address or file holds, as it is. */
export async function fetchDocument(url: string, options: ThingOptions): Promise<unknown> {
  if (url.startsWith('file:')) return JSON.parse(await readFile(fileURLToPath(url), 'utf8'));
  const clients = new ClientPool();
  try {
    const [client] = await clients.for(url);
    if (client) return await client.fetchTd(url, { timeout: 10_000, ...callOptions(options) });
    throw new WotError(
      'invalid',
      'SCHEME_UNKNOWN',
      `${url} cannot be fetched; give an http, https or coap address.`,
    );
  } finally {
    await clients.stop();
  }
}

/** What the flags say of one call. */
export function callOptions({ timeout, uriVariable }: ThingOptions) {
  const pairs = uriVariable?.map((pair) => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals), parseValue(pair.slice(equals + 1))] as const;
  });
  return {
    ...(timeout === undefined ? {} : { timeout: Number(timeout) }),
    ...(pairs === undefined ? {} : { uriVariables: Object.fromEntries(pairs) }),
  };
}

/** JSON where it parses, else the text itself. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The affordance of a name; WotError `not-found` lists those that exist. */
export function affordance<A>(thing: AnyThing, kind: 'properties' | 'actions' | 'events', name: string): A {
  const affordances = thing[kind] as unknown as Readonly<Record<string, A>>;
  const found = Object.hasOwn(affordances, name) ? affordances[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(affordances).join(', ') || 'none';
  const message = `${JSON.stringify(thing.td.title)} has no ${JSON.stringify(name)} in its ${kind}; it has: ${known}.`;
  throw new WotError('not-found', 'AFFORDANCE_UNKNOWN', message);
}
