import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { AnyAction, AnyEvent, AnyProperty } from '../consumer/affordances.ts';
import { ClientPool } from '../consumer/client-pool.ts';
import { type ConsumeOptions, consume } from '../consumer/consume.ts';
import type { ConsumedThing } from '../consumer/consumed-thing.ts';
import { parseDocument, readDocument } from '../consumer/read-document.ts';
import { WotError } from '../contracts/errors.ts';
import type { ThingDescription } from '../contracts/td.ts';
import { readFirstPsk } from '../security/psk-file.ts';
import { ownMember } from '../td/json-object.ts';

/** Options that every command against Things takes. */
export interface ThingOptions {
  readonly at?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly json?: boolean;
  /** A file in PEM. */
  readonly ca?: string;
  /** A file of lines `identity:key`, whose first is used. */
  readonly pskFile?: string;
  readonly uriVariable?: Readonly<Record<string, unknown>>;
}

/** A Thing whose TD is known only at run time. */
export type AnyThing = ConsumedThing<ThingDescription>;

/** The servient whose Things are meant by name; WotError `invalid` ADDRESS_INVALID. */
export function servientAddress({ at }: ThingOptions): string {
  const address = at ?? process.env['THINGWRIGHT_URL'] ?? 'http://127.0.0.1:8080';
  return url(address).replace(/\/+$/, '');
}

/**
 * The address of a document: a URL, or the path of a file, told by a slash or by its ending; undefined for other text.
 * WotError `invalid` ADDRESS_INVALID.
 */
export function documentAddress(text: string): string | undefined {
  if (/^file:/i.test(text)) return text;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || hostAndPort.test(text)) return url(text);
  if (/[/\\]|\.(json|jsonld|td|tm)$/i.test(text)) return pathToFileURL(resolve(text)).href;
  return undefined;
}

/** The address of the TD meant by an argument: a URL, a file, or the name of a Thing. */
export function tdAddress(argument: string, options: ThingOptions): string {
  return documentAddress(argument) ?? `${servientAddress(options)}/things/${encodeURIComponent(argument)}`;
}

const signals = ['SIGINT', 'SIGTERM'] as const;
/** Milliseconds that letting go may take after a signal. */
const stopWithin = 2000;

/** Consumes the Thing, works with it, and lets go of its connections, also when a signal ends the process: brokers keep sessions. */
export async function withThing<R>(
  argument: string,
  options: ThingOptions,
  work: (thing: AnyThing) => Promise<R>,
): Promise<R> {
  const how = { ...callOptions(options), ...trustOf(options) };
  const thing: AnyThing = await consume<ThingDescription>(tdAddress(argument, options), how);
  let leaving: Promise<void> | undefined;
  // A second signal ends the process as ever.
  const leave = (_signal: string, number: number): void => {
    const exit = (): void => process.exit(128 + number);
    setTimeout(exit, stopWithin);
    leaving = thing.stop().finally(exit);
  };
  for (const signal of signals) process.once(signal, leave);
  try {
    return await work(thing);
  } finally {
    await (leaving ?? thing.stop());
    for (const signal of signals) process.off(signal, leave);
  }
}

/** The bytes that an address or file holds. */
export async function documentBytes(address: string, options: ThingOptions): Promise<Uint8Array> {
  const clients = new ClientPool([], trustOf(options));
  try {
    return (await readDocument(address, clients, { timeout: options.timeout ?? 10_000 })).body;
  } finally {
    await clients.stop();
  }
}

/** The certificates of `--ca` and the key of `--psk-file`; WotError `invalid` CA_UNREADABLE, PSK_FILE_UNREADABLE, PSK_FILE_INVALID. */
export function trustOf({ ca, pskFile }: ThingOptions): Pick<ConsumeOptions, 'ca' | 'psk'> {
  return {
    ...(ca !== undefined && { ca: readCa(ca) }),
    ...(pskFile !== undefined && { psk: readFirstPsk(pskFile) }),
  };
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = `The certificates ${file} cannot be read: ${(cause as Error).message}; check --ca.`;
    throw new WotError('invalid', 'CA_UNREADABLE', message, { cause });
  }
}

/** Whatever JSON an address or file holds, as it is; WotError `invalid` DOCUMENT_INVALID for all else. */
export async function fetchDocument(address: string, options: ThingOptions): Promise<unknown> {
  return parseDocument(address, await documentBytes(address, options));
}

/** What the flags say of one call. */
export function callOptions({ timeout, uriVariable }: ThingOptions) {
  return {
    ...(timeout === undefined ? {} : { timeout }),
    ...(uriVariable === undefined ? {} : { uriVariables: uriVariable }),
  };
}

interface AnyAffordance {
  readonly properties: AnyProperty;
  readonly actions: AnyAction;
  readonly events: AnyEvent;
}

/** The affordance of a name; WotError `not-found` lists those that exist. */
export function affordance<K extends keyof AnyAffordance>(
  thing: AnyThing,
  kind: K,
  name: string,
): AnyAffordance[K] {
  const affordances = thing[kind] as unknown as Readonly<Record<string, AnyAffordance[K]>>;
  const found = ownMember(affordances, name);
  if (found !== undefined) return found;
  const known = Object.keys(affordances).join(', ') || 'none';
  const message = `${JSON.stringify(thing.td.title)} has no ${JSON.stringify(name)} in its ${kind}; it has: ${known}.`;
  throw new WotError('not-found', 'AFFORDANCE_UNKNOWN', message);
}

const hostAndPort = /^[\w.-]+:\d+(\/|$)/;

function url(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && URL.canParse(text)) return text;
  throw noAddress(text);
}

/** The error for text that should have been an address. */
export function noAddress(text: string): WotError {
  const meant = hostAndPort.test(text) ? text : '127.0.0.1:8080';
  return new WotError(
    'invalid',
    'ADDRESS_INVALID',
    `${JSON.stringify(text)} is no address; give one with its scheme, such as http://${meant}.`,
  );
}
