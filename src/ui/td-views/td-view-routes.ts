import type { BindingHost } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HttpAnswer, HttpExchange } from '../../contracts/http-route.ts';
import { isJsonObject, type JsonObject, ownMember } from '../../td/json-object.ts';
import { refuseForeignThings } from '../foreign-things.ts';
import type { TdViewName } from '../page-data.ts';
import type { ApiContext, ApiRoute } from '../page-routes.ts';
import { fetchTd } from './fetch-td.ts';
import { tdReport } from './td-report.ts';
import { tdView, tdViews } from './td-view.ts';

/** Characters of a TD that are looked at: validation holds up everything else for the while. */
const maxText = 512 * 1024;

/** What the TD editor asks the servient for, below `/app/api/td/`. */
export function tdViewRoutes(host: BindingHost, { foreign }: ApiContext): ApiRoute {
  const routes: Readonly<Record<string, HttpAnswer>> = {
    validate: async (exchange) => exchange.sendJson(200, tdReport(textOf(await bodyOf(exchange)))),
    view: async (exchange) => {
      const body = await bodyOf(exchange);
      exchange.sendJson(200, tdView(textOf(body), viewOf(body)));
    },
    fetch: async (exchange) => {
      const { url } = await bodyOf(exchange);
      refuseForeignThings(exchange, host, foreign);
      exchange.sendJson(200, await fetchTd(url, exchange.signal));
    },
  };
  return ([name = '', ...more]) => {
    const answer = more.length === 0 ? ownMember(routes, name) : undefined;
    return answer && { POST: answer };
  };
}

async function bodyOf({ body }: HttpExchange): Promise<JsonObject> {
  const given = await body();
  if (isJsonObject(given)) return given;
  throw new WotError('invalid', 'BODY_INVALID', 'The body is no JSON object; send one.');
}

function textOf({ text }: JsonObject): string {
  if (typeof text !== 'string') {
    const message = 'The body has no "text"; send the text of a Thing Description.';
    throw new WotError('invalid', 'TEXT_MISSING', message);
  }
  if (text.length <= maxText) return text;
  const message = `The text has ${text.length} characters; at most ${maxText} are looked at.`;
  throw new WotError('too-large', 'TD_TOO_LARGE', message);
}

function viewOf({ as }: JsonObject): TdViewName {
  const view = tdViews.find((known) => known === as);
  if (view !== undefined) return view;
  const message = `There is no such view; "as" is one of ${tdViews.join(', ')}.`;
  throw new WotError('invalid', 'VIEW_UNKNOWN', message);
}
