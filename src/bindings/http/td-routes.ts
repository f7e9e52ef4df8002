import type { StoredDocument } from '../../contracts/http-route.ts';
import type { HostedThing, ServedTd } from '../../contracts/interaction.ts';
import { thingPath } from '../../interaction/path-forms.ts';
import { chooseLanguage } from './messages/accept-language.ts';
import { tdTypes } from './messages/negotiation.ts';
import type { ServerExchange } from './messages/server-exchange.ts';
import { sendDocument, storedDocument } from './messages/stored-document.ts';
import { openApi } from './openapi/openapi.ts';
import type { Pages } from './pages.ts';
import type { Methods } from './routes.ts';
import { ThingsList } from './things-list.ts';

type Description = HostedThing['description'];

const openApiType = 'application/vnd.oai.openapi+json;version=3.1';

/** The TD of a Thing at its own URL, and its OpenAPI document below; `prefix` is the path before all of the servient's own. */
export function tdRoutes(thing: HostedThing, prefix: string, pages: Pages): ReadonlyMap<string, Methods> {
  const description: Description = (language) => thing.description(language);
  const { modified } = thing.affordances;
  const document = thingPath(thing.name, 'openapi.json');
  const headers = {
    // RFC 8631 section 4.1
    link: `<${prefix}${document}>; rel="service-desc"; type="${openApiType}"`,
    ...(modified === undefined ? {} : { 'last-modified': new Date(modified).toUTCString() }),
  };
  return new Map([
    [thingPath(thing.name), pages.beside(tdMethods(description, headers))],
    [document, openApiMethods(description)],
  ]);
}

/** A TD, in the language that the peer likes best. */
export function tdMethods(description: Description, headers: Readonly<Record<string, string>> = {}): Methods {
  return {
    GET(exchange) {
      const type = exchange.accepted(tdTypes);
      const { served, language } = inLanguage(exchange, description);
      return sendDocument(exchange, served, { ...headers, ...language, 'content-type': type });
    },
  };
}

/** What a Thing offers over HTTP, for those who know OpenAPI better than TDs. */
function openApiMethods(description: Description): Methods {
  return {
    GET(exchange) {
      const type = exchange.accepted(['application/json', openApiType]);
      const { served, language } = inLanguage(exchange, description);
      return sendDocument(exchange, openApiDocument(served), { ...language, 'content-type': type });
    },
  };
}

const openApiDocuments = new WeakMap<ServedTd, StoredDocument>();

function openApiDocument(served: ServedTd): StoredDocument {
  const known = openApiDocuments.get(served) ?? storedDocument(JSON.stringify(openApi(served.td)));
  openApiDocuments.set(served, known);
  return known;
}

/** `GET /things`: what is hosted here, in order of exposure; `limit` and `offset` page it. */
export function listMethods(things: ReadonlyMap<string, HostedThing>, prefix: string): Methods {
  const list = new ThingsList(things, prefix);
  return {
    GET(exchange) {
      exchange.accepted(['application/json']);
      const { document, next } = list.page(exchange.uriVariables);
      const link = next === undefined ? {} : { link: `<${prefix}/things?${next}>; rel="next"` };
      return sendDocument(exchange, document, { ...link, 'content-type': 'application/json' });
    },
  };
}

/** `GET /`: where to go from here. */
export function rootMethods(prefix: string): Methods {
  const start = { things: `${prefix}/things`, td: `${prefix}/.well-known/wot` };
  return {
    GET(exchange) {
      exchange.varies('Accept');
      exchange.sendJson(200, start);
    },
  };
}

/** The TD that answers Accept-Language, and the header that says so where it made a difference. */
function inLanguage(exchange: ServerExchange, description: Description) {
  exchange.varies('Accept-Language, Authorization');
  const served = description();
  const language = chooseLanguage(exchange.request.headers['accept-language'], served.languages);
  if (language === undefined) return { served };
  return { served: description(language), language: { 'content-language': language } };
}
