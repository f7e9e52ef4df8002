import type { BindingHost } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import { metricsPage } from './metrics-page.ts';
import type { Methods } from './routes.ts';

/** What operators and their tools ask: `/healthz` whether the process answers, `/readyz` whether it serves, `/metrics` what it counts. */
export function healthRoutes(host: BindingHost): ReadonlyMap<string, Methods> {
  return new Map<string, Methods>([
    ['/healthz', { GET: (exchange) => exchange.sendJson(200, { status: 'ok' }) }],
    [
      '/readyz',
      {
        GET(exchange) {
          refuseFaults(host.faults());
          exchange.sendJson(200, { status: 'ready' });
        },
      },
    ],
    [
      '/metrics',
      {
        async GET(exchange) {
          exchange.send(200, 'text/plain; version=0.0.4; charset=utf-8', await metricsPage(host.metrics()));
        },
      },
    ],
  ]);
}

function refuseFaults(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new WotError('unavailable', 'NOT_READY', faults.join(' '), { retryAfter: 1 });
}
