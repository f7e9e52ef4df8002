import type { BindingHost } from '../../contracts/binding.ts';
import type { HttpExchange, HttpMethods } from '../../contracts/http-route.ts';

import { DashboardStore } from './dashboard-store.ts';

/** `/app/api/dashboards` and `/app/api/dashboards/{slug}`, by the segments after `dashboards`. */
export function dashboardRoutes(
  { facts }: Pick<BindingHost, 'facts'>,
  { dashboards }: { readonly dashboards: Readonly<Record<string, unknown>> },
): (segments: readonly string[]) => HttpMethods | undefined {
  const store = new DashboardStore(facts, dashboards);
  return ([slug, ...rest]) => {
    if (rest.length > 0) return undefined;
    if (slug === undefined) return { GET: (exchange) => exchange.sendJson(200, store.list()) };
    return {
      GET: (exchange) => exchange.sendJson(200, store.get(slug)),
      async PUT(exchange: HttpExchange) {
        await store.put(slug, await exchange.body());
        exchange.sendNothing();
      },
      async DELETE(exchange: HttpExchange) {
        await store.delete(slug);
        exchange.sendNothing();
      },
    };
  };
}
