import {
  createServient,
  type HttpBinding,
  type HttpOptions,
  http,
  page,
  type Servient,
  type ServientOptions,
  websocket,
} from 'thingwright';
import type { PageOptions } from '../../src/ui/page.ts';

interface PageSetup extends Omit<ServientOptions, 'bindings'> {
  readonly http?: HttpOptions;
  readonly page?: PageOptions;
}

/** A servient with the built page in this process. */
export interface PageServient {
  readonly base: string;
  readonly servient: Servient;
  readonly web: HttpBinding;
}

/** Starts it with Things, on a free port unless one is given. */
export async function startPageServient(
  expose: (servient: Servient) => Promise<unknown>,
  { http: options, page: pageOptions, ...more }: PageSetup = {},
): Promise<PageServient> {
  const binding = http({ ...(options?.mounted ? {} : { port: 0 }), drain: 0, ...options });
  const servient = createServient({ ...more, bindings: [binding, websocket(), page(pageOptions)] });
  await servient.start(async () => void (await expose(servient)));
  return { servient, web: binding, base: binding.httpSide.base };
}

/** The value of a property, as HTTP tells it. */
export async function heldValue(
  { base }: Pick<PageServient, 'base'>,
  thing: string,
  property: string,
): Promise<unknown> {
  return (await fetch(`${base}/things/${thing}/properties/${property}`)).json();
}
