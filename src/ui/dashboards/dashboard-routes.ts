import type { BindingHost } from '../../contracts/binding.ts';
import type { ApiContext, ApiRoute } from '../page-routes.ts';
import { DashboardStore } from './dashboard-store.ts';

/** `/app/api/dashboards` and `/app/api/dashboards/{slug}`, by the segments after `dashboards`. */
export function dashboardRoutes({ facts }: BindingHost, { dashboards }: ApiContext): ApiRoute {
  const store = new DashboardStore(facts, dashboards);
  return ([slug, ...rest]) => {
    if (rest.length > 0) return undefined;
    if (slug === undefined) return { GET: (exchange) => exchange.sendJson(200, store.list()) };
    return {
      GET: (exchange) => exchange.sendJson(200, store.get(slug)),
      async PUT(exchange) {
        await store.put(slug, await exchange.body());
        exchange.sendNothing();
      },
      async DELETE(exchange) {
        await store.delete(slug);
        exchange.sendNothing();
      },
    };
  };
}
