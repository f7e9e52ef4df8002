import type { Link, ThingDescription } from '../../contracts/td.ts';
import { exitCodes, print } from '../output.ts';
import { fetchDocument, servientAddress, type ThingOptions } from '../thing-argument.ts';

interface Listed {
  readonly name: string;
  readonly title: string;
  readonly id?: string;
  readonly href: string;
}

/** Lists the Things at an address: a servient, a list of TDs, or one TD. */
export async function ls([address]: readonly string[], options: ThingOptions): Promise<number> {
  const base = address ?? servientAddress(options);
  const url = new URL(base).pathname.length > 1 ? base : new URL('/things', base).href;
  const listed = things(await fetchDocument(url, options), url);
  if (options.json) for (const thing of listed) print(JSON.stringify(thing));
  else for (const line of columns(listed)) print(line);
  return exitCodes.ok;
}

function things(answer: unknown, url: string): readonly Listed[] {
  if (Array.isArray(answer)) return answer.map((entry: Partial<Listed>) => asListed(entry, url));
  const { title = '', id, links = [] } = answer as ThingDescription;
  const items = links.filter(({ rel }) => rel?.toLowerCase() === 'item');
  if (items.length > 0) return items.map((link) => linked(link, url));
  return [asListed({ title, ...(id === undefined ? {} : { id }), href: url }, url)];
}

function asListed({ name, title, id, href }: Partial<Listed>, url: string): Listed {
  return {
    name: String(name ?? title ?? id ?? ''),
    title: String(title ?? ''),
    ...(id === undefined ? {} : { id }),
    href: href === undefined ? url : new URL(href, url).href,
  };
}

function linked({ href }: Link, url: string): Listed {
  const absolute = new URL(href, url);
  const name = decodeURIComponent(absolute.pathname.split('/').at(-1) ?? '');
  return { name, title: '', href: absolute.href };
}

function columns(listed: readonly Listed[]): readonly string[] {
  const width = (column: 'name' | 'title') => Math.max(0, ...listed.map((thing) => thing[column].length));
  const [name, title] = [width('name'), width('title')];
  return listed.map((thing) =>
    `${thing.name.padEnd(name)}  ${thing.title.padEnd(title)}  ${thing.href}`.trimEnd(),
  );
}
