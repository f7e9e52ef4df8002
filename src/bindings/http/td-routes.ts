import { WotError } from '../../contracts/errors.ts';
import type { HostedThing, ServedTd } from '../../contracts/interaction.ts';
import { thingPath } from '../../interaction/path-forms.ts';
import type { Methods } from './routes.ts';
import type { ServerExchange } from './server-exchange.ts';

const tdTypes = ['application/td+json', 'application/ld+json', 'application/json'] as const;

/** The TD of one Thing at its own URL. */
export function tdMethods(description: () => ServedTd): Methods {
  return {
    GET(exchange) {
      const type = exchange.accepted(tdTypes);
      const { bytes, etag } = description();
      const { request, response } = exchange;
      response.setHeader('etag', etag);
      response.setHeader('vary', 'Accept, Accept-Language, Authorization');
      if (matches(request.headers['if-none-match'], etag)) exchange.sendNothing(304);
      else exchange.send(200, type, bytes);
    },
  };
}

/** `GET /things`: what is hosted here, in order of exposure; `limit` and `offset` page it. */
export function listMethods(things: ReadonlyMap<string, HostedThing>): Methods {
  return {
    GET(exchange) {
      exchange.accepted(['application/json']);
      const all = [...things.values()].filter(({ listed }) => listed);
      const { offset = 0, limit = all.length } = page(exchange);
      if (offset + limit < all.length) {
        exchange.response.setHeader('link', `</things?offset=${offset + limit}&limit=${limit}>; rel="next"`);
      }
      exchange.sendJson(200, all.slice(offset, offset + limit).map(listEntry));
    },
  };
}

function listEntry({ name, id, affordances }: HostedThing) {
  const type = affordances['@type'];
  return {
    name,
    id,
    title: affordances.title,
    ...(type === undefined ? {} : { '@type': type }),
    href: thingPath(name),
  };
}

/** `GET /`: where to go from here. */
export function rootMethods(): Methods {
  const start = { things: '/things', td: '/.well-known/wot' };
  return { GET: (exchange) => exchange.sendJson(200, start) };
}

function page({ uriVariables }: ServerExchange): { readonly offset?: number; readonly limit?: number } {
  const values: Record<string, number> = {};
  for (const name of ['offset', 'limit']) {
    const text = uriVariables[name];
    if (text === undefined) continue;
    if (!/^\d{1,9}$/.test(text) || (name === 'limit' && Number(text) === 0)) {
      const message = `${name} must be a whole number${name === 'limit' ? ' above 0' : ''}, not ${JSON.stringify(text.slice(0, 40))}.`;
      throw new WotError('invalid', 'PAGE_INVALID', message);
    }
    values[name] = Number(text);
  }
  return values;
}

/** Weak comparison (RFC 9110 section 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
