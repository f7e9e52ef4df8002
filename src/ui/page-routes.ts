import type { BindingHost } from '../contracts/binding.ts';
import type { HttpMethods } from '../contracts/http-route.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import { ownMember } from '../td/json-object.ts';
import { dashboardRoutes } from './dashboards/dashboard-routes.ts';
import { exchangeRoutes } from './exchange/exchange-routes.ts';
import { tdViewRoutes } from './td-views/td-view-routes.ts';
import { thingSummaries } from './thing-summaries.ts';

/** What the parts of the page's API stand on besides the servient. */
export interface ApiContext {
  /** Whether Things that are not hosted here may be asked for everyone. */
  readonly foreign: boolean;
  /** Boards that come with the program, by slug. */
  readonly dashboards: Readonly<Record<string, unknown>>;
  /** Aborts when the page is taken off. */
  readonly stopped: AbortSignal;
  /** The Things that are exposed, in order; the live set, the servient's own Thing included. */
  readonly things: ReadonlySet<HostedThing>;
}

/** The methods at decoded path segments. */
export type ApiRoute = (segments: readonly string[]) => HttpMethods | undefined;

/** A part of the API: given once at start, asked for each request with the segments after its own. */
type ApiPart = (host: BindingHost, context: ApiContext) => ApiRoute;

/** The parts by their segment after `/app/api/`. */
const parts: Readonly<Record<string, ApiPart>> = {
  dashboards: dashboardRoutes,
  td: tdViewRoutes,
  things: thingSummaries,
  exchange: exchangeRoutes,
};

/** What the page asks of its server, below `/app/api/`. */
export function apiRoutes(host: BindingHost, context: ApiContext): ApiRoute {
  const routes = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part(host, context)]));
  return ([name = '', ...rest]) => ownMember(routes, name)?.(rest);
}
