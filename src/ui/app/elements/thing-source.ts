import type { ThingDescription } from '../../../contracts/td.ts';
import { formsFor } from '../../../td/forms.ts';
import { isJsonObject, objectEntries } from '../../../td/json-object.ts';
import type { Language } from '../language/language.tsx';
import { messages } from './messages.ts';

/** A TD, and where its Thing is spoken to. */
export interface ThingSource {
  readonly td: ThingDescription & { readonly id: string };
  readonly url: URL;
  /** The WebSocket of the Web Thing Protocol. */
  readonly endpoint: string;
}

/** The servient answered, with something else than a TD. */
class Refused extends Error {}

const known = new Map<string, Promise<unknown>>();

/** The Thing at an address; rejects with an Error whose message is for people. */
export async function thingAt(address: string | null, language: Language): Promise<ThingSource> {
  const t = messages[language];
  const url = address === null || address === '' ? null : URL.parse(address, document.baseURI);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(t.noAddress);
  const td = await tdAt(url, language);
  if (!isTd(td)) throw new Error(t.notATd(url.href));
  const endpoint = endpointOf(td, url);
  if (endpoint === undefined) throw new Error(t.noStream);
  return { td, url, endpoint };
}

/** Fetched once for all elements of a page. */
async function tdAt({ href, origin }: URL, language: Language): Promise<unknown> {
  const fetched = known.get(href) ?? fetchTd(href);
  known.set(href, fetched);
  try {
    return await fetched;
  } catch (error) {
    known.delete(href);
    const t = messages[language];
    if (error instanceof Refused) throw new Error(t.answers(href, error.message));
    const hint = origin === location.origin ? '' : ` ${t.needsCors(location.origin)}`;
    throw new Error(t.notFetched(href) + hint);
  }
}

/** In all languages: an element may stand in another one than the browser prefers. */
async function fetchTd(href: string): Promise<unknown> {
  const headers = { accept: 'application/td+json', 'accept-language': '*' };
  const response = await fetch(href, { headers });
  if (!response.ok) throw new Refused(`${response.status} ${response.statusText}`.trim());
  return await response.json();
}

function isTd(td: unknown): td is ThingSource['td'] {
  return isJsonObject(td) && typeof td['id'] === 'string' && typeof td['title'] === 'string';
}

/** The one that the forms name; at the host that answered, where it is the servient's own, for it may have several names. */
function endpointOf(td: ThingDescription, url: URL): string | undefined {
  const form = objectEntries(td.properties)
    .flatMap(([name]) =>
      formsFor(td, 'observeproperty', 'properties', name).concat(
        formsFor(td, 'readproperty', 'properties', name),
      ),
    )
    .find(({ subprotocol }) => subprotocol === 'webthingprotocol');
  const endpoint = form && URL.parse(form.href, url);
  if (!endpoint) return undefined;
  if (new URL('.', url).pathname !== `${endpoint.pathname}/`) return endpoint.href;
  return `${url.origin.replace(/^http/, 'ws')}${endpoint.pathname}`;
}
