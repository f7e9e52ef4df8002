import type { HostedThing, ServedTd } from '../../contracts/interaction.ts';
import { listPage } from '../../interaction/hosted-list.ts';
import type { Methods } from './routes.ts';

const tdTypes = ['application/td+json', 'application/ld+json', 'application/json'] as const;

/** The TD of one Thing at its own URL. */
export function tdMethods(description: () => ServedTd): Methods {
  return {
    GET(exchange) {
      const type = exchange.accepted(tdTypes);
      exchange.varies('Accept-Language, Authorization');
      const { bytes, etag } = description();
      const { request, response } = exchange;
      response.setHeader('etag', etag);
      if (matches(request.headers['if-none-match'], etag)) exchange.sendNothing(304);
      else exchange.send(200, type, bytes);
    },
  };
}

/** `GET /things`: what is hosted here, in order of exposure; `limit` and `offset` page it; `prefix` is the path before all of the servient's own. */
export function listMethods(things: ReadonlyMap<string, HostedThing>, prefix: string): Methods {
  return {
    GET(exchange) {
      exchange.accepted(['application/json']);
      const { entries, next } = listPage(things, exchange.uriVariables, prefix);
      if (next !== undefined) exchange.response.setHeader('link', `<${prefix}/things?${next}>; rel="next"`);
      exchange.sendJson(200, entries);
    },
  };
}

/** `GET /`: where to go from here. */
export function rootMethods(prefix: string): Methods {
  const start = { things: `${prefix}/things`, td: `${prefix}/.well-known/wot` };
  return { GET: (exchange) => exchange.sendJson(200, start) };
}

/** Weak comparison (RFC 9110 section 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
