import { WotError } from '../../contracts/errors.ts';
import { isJsonObject, type JsonObject } from '../../td/json-object.ts';
import { decodedOrSame } from '../../td/percent-encoding.ts';
import { exitCodes, print } from '../output.ts';
import {
  documentAddress,
  fetchDocument,
  noAddress,
  servientAddress,
  type ThingOptions,
} from '../thing-argument.ts';

interface Listed {
  readonly name: string;
  readonly title: string;
  readonly id?: string;
  readonly href: string;
}

/** Lists the Things at an address: a servient, a list of TDs, or one TD; WotError `invalid` where there are none. */
export async function ls([address]: readonly string[], options: ThingOptions): Promise<number> {
  const base = address === undefined ? servientAddress(options) : documentAddress(address);
  if (base === undefined) throw noAddress(address ?? '');
  const given = new URL(base).pathname.length > 1 ? base : new URL('/things', base).href;
  const { answer, url } = await listAt(given, options);
  const listed = listedThings(answer, url);
  if (options.json) for (const thing of listed) print(JSON.stringify(thing));
  else for (const line of columns(listed)) print(line);
  return exitCodes.ok;
}

/** What is at an address; where that is the root of a servient, below a path of a proxy, the list that it names. */
async function listAt(url: string, options: ThingOptions) {
  const answer = await fetchDocument(url, options);
  const named = isJsonObject(answer) ? answer['things'] : undefined;
  if (typeof named !== 'string' || !named.startsWith('/')) return { answer, url };
  const list = absolute(named, url);
  return { answer: await fetchDocument(list, options), url: list };
}

/** The Things that an answer tells of, with absolute addresses. */
export function listedThings(answer: unknown, url: string): readonly Listed[] {
  if (Array.isArray(answer)) return answer.map((entry) => listedThing(entry, url));
  const items = isJsonObject(answer) && Array.isArray(answer['links']) ? answer['links'].filter(isItem) : [];
  if (items.length > 0) return items.map(({ href }) => linkedThing(absolute(href, url)));
  return [listedThing(answer, url)];
}

function listedThing(entry: unknown, url: string): Listed {
  const { name, title, id, href } = isJsonObject(entry) ? entry : {};
  const called = [name, title, id].find((text) => typeof text === 'string');
  if (called === undefined) throw noThing(entry, url);
  return {
    name: String(called),
    title: typeof title === 'string' ? title : '',
    ...(typeof id === 'string' ? { id } : {}),
    href: href === undefined ? url : absolute(href, url),
  };
}

function isItem(link: unknown): link is JsonObject {
  return isJsonObject(link) && String(link['rel']).toLowerCase() === 'item';
}

function linkedThing(href: string): Listed {
  const name = new URL(href).pathname.split('/').at(-1) ?? '';
  return { name: decodedOrSame(name), title: '', href };
}

function absolute(href: unknown, url: string): string {
  const { href: found } = (typeof href === 'string' && URL.parse(href, url)) || {};
  if (found !== undefined) return found;
  throw noThing(href, url);
}

function noThing(found: unknown, url: string): WotError {
  const text = JSON.stringify(found) ?? 'nothing';
  const short = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  const message = `${url} lists no Things: it holds ${short}; give the address of a servient, of a directory or of a TD.`;
  return new WotError('invalid', 'NO_THINGS', message);
}

function columns(listed: readonly Listed[]): readonly string[] {
  const width = (column: 'name' | 'title') => Math.max(0, ...listed.map((thing) => thing[column].length));
  const [name, title] = [width('name'), width('title')];
  return listed.map((thing) =>
    `${thing.name.padEnd(name)}  ${thing.title.padEnd(title)}  ${thing.href}`.trimEnd(),
  );
}
