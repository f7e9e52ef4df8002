import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { servientPath } from './api/api.ts';
import { NotFound } from './notices/not-found.tsx';
import { PageFailed } from './notices/page-failed.tsx';
import { Shell } from './shell/shell.tsx';

/** Search parameters as the URL has them; each page reads its own out of them. */
export type Search = Readonly<Record<string, unknown>>;

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: PageFailed });

function page<const P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) {
  return createRoute({
    getParentRoute: () => root,
    path,
    component,
    errorComponent: PageFailed,
    // Every page keeps what the URL says, and reads of it what it knows.
    validateSearch: (search: Record<string, unknown>): Search => search,
  });
}

const routeTree = root.addChildren([
  page(
    '/',
    lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
  ),
  page(
    '/things',
    lazyRouteComponent(() => import('./things/things-page.tsx'), 'ThingsPage'),
  ),
  page(
    '/things/$name',
    lazyRouteComponent(() => import('./thing/thing-page.tsx'), 'ThingPage'),
  ),
  page(
    '/app/dashboards',
    lazyRouteComponent(() => import('./dashboards/dashboards-page.tsx'), 'DashboardsPage'),
  ),
  page(
    '/app/dashboards/$slug',
    lazyRouteComponent(() => import('./dashboards/dashboard-page.tsx'), 'DashboardPage'),
  ),
  page(
    '/app/console',
    lazyRouteComponent(() => import('./console/console-page.tsx'), 'ConsolePage'),
  ),
  page(
    '/app/editor',
    lazyRouteComponent(() => import('./editor/editor-page.tsx'), 'EditorPage'),
  ),
]);

export const router = createRouter({
  routeTree,
  basepath: servientPath,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
