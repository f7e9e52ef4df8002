import { pathToFileURL } from 'node:url';
import type { PartialTd } from '../contracts/td.ts';
import type { ClientPool } from './client-pool.ts';
import type { ExchangeParts } from './exchange.ts';
import { parseDocument, readDocument } from './read-document.ts';
import { checkTdShape } from './td-shape.ts';
import { webThingsClient } from './webthings-client.ts';
import { fromWebThingsTd, isWebThingsTd } from './webthings-td.ts';

/** A TD, where it was found, and how its Thing is spoken to where that is not as it says. */
export type FoundTd = Pick<ExchangeParts, 'td' | 'address' | 'adapt'>;

/** The TD that is given, or stands at an address or in a file, and what else an Exchange needs to know of it; rejects as `consume` does. */
export async function findTd(
  source: PartialTd | string | URL,
  clients: ClientPool,
  limits: { readonly signal?: AbortSignal; readonly timeout: number },
): Promise<FoundTd> {
  if (typeof source !== 'string' && !(source instanceof URL)) return understood(source, 'the TD given');
  const text = String(source);
  const asked = URL.canParse(text) ? text : pathToFileURL(text).href;
  const { address, body } = await readDocument(asked, clients, limits);
  return tdAt(address, parseDocument(address, body));
}

/** The TD that stands at an address; WotError `invalid` TD_INVALID for what is none. */
export function tdAt(address: string, document: unknown): FoundTd {
  const { td, ...more } = understood(document, address);
  if (td.base !== undefined || /^file:/i.test(address)) return { td, ...more, address };
  return { td: { ...td, base: address }, ...more, address }; // RFC 3986 section 5.1.3: relative hrefs of a TD without a base
}

/** A TD, or what says the same in the words of the WebThings API. */
function understood(document: unknown, where: string): Pick<ExchangeParts, 'td' | 'adapt'> {
  if (!isWebThingsTd(document)) return { td: checkTdShape(document, where) };
  return { td: checkTdShape(fromWebThingsTd(document), where), adapt: webThingsClient };
}
