import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { CompressionFilter } from 'compression';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { WotError } from '../../contracts/errors.ts';
import type { HttpHandler } from '../../contracts/http-route.ts';
import { kindOfStatus } from '../../contracts/http-status.ts';
import type { Logger } from '../../contracts/logger.ts';
import { asWotError } from '../../interaction/as-wot-error.ts';
import { accessLog } from './access-log.ts';
import { refuseRequest } from './connection-refusals.ts';
import type { HttpOptions } from './http-options.ts';
import { pathUnknown } from './routes.ts';

export interface WebAppParts {
  readonly mount: NonNullable<HttpOptions['mount']>;
  /** Whether pages are to stay with https. */
  readonly secure: boolean;
  readonly logger: Logger;
}

/** The user's own routes in an express app; what they leave or break is answered as everywhere else. */
export async function webApp({ mount, secure, logger }: WebAppParts): Promise<HttpHandler> {
  // Loaded when needed: express takes a tenth of a second.
  const [{ default: express }, { default: helmet }, { default: compression }] = await Promise.all([
    import('express'),
    import('helmet'),
    import('compression'),
  ]);
  const unknown: RequestHandler = (request, _response, next) => next(pathUnknown(request.path));
  const routes = Object.entries(typeof mount === 'function' ? { '/': mount } : mount);
  const told = new WeakSet<ServerResponse>();
  const filter: CompressionFilter = (request, response) => {
    if (isEventStream(response)) forbidTransforming(response);
    return compression.filter(request, response);
  };
  const app = express()
    .use(await accessLog(logger, told))
    .use(helmet(securityHeaders(secure)))
    .use(compression({ filter }), flushing);
  for (const [path, handler] of routes) app.use(path, handler);
  return app.use(unknown).use(failures(logger, told));
}

function isEventStream(response: ServerResponse): boolean {
  return /^text\/event-stream\b/i.test(String(response.getHeader('content-type')));
}

/** Keeps compression, and proxies that compress, from holding back what is sent (RFC 9111 section 5.2.2.6). */
function forbidTransforming(response: ServerResponse): void {
  const rules = response.getHeader('cache-control');
  response.setHeader('cache-control', rules === undefined ? 'no-transform' : `${rules}, no-transform`);
}

/** Lets out what was written so far as soon as the writer pauses: compression alone would wait for more. */
const flushing: RequestHandler = (_request, response, next) => {
  const write = response.write;
  let isDue = false;
  response.write = (...chunk: unknown[]): boolean => {
    const goesOn = write.apply(response, chunk as Parameters<typeof write>);
    if (!isDue) {
      isDue = true;
      setImmediate(() => {
        isDue = false;
        response.flush();
      });
    }
    return goesOn;
  };
  next();
};

/** Those of helmet; without TLS a page must not be told to fetch its parts by it. */
function securityHeaders(secure: boolean) {
  if (secure) return {};
  const directives = { upgradeInsecureRequests: null };
  return { strictTransportSecurity: false, contentSecurityPolicy: { directives } } as const;
}

function failures(logger: Logger, told: WeakSet<ServerResponse>): ErrorRequestHandler {
  // Express knows by the number of parameters that this takes errors.
  return (error, _request, response, _next) => {
    const status = statusOf(error);
    if (!response.headersSent) describeAnew(response, error);
    const problem = asProblem(error, status, logger);
    if (problem.details.correlationId !== undefined) told.add(response);
    refuseRequest(response, problem, status === undefined ? {} : { status });
  };
}

/** What described the answer that failed does not describe this one, which has the headers of its error. */
function describeAnew(response: ServerResponse, error: unknown): void {
  for (const name of ['content-encoding', 'content-language', 'content-range', 'etag', 'last-modified']) {
    response.removeHeader(name);
  }
  if (statusOf(error) === undefined) return;
  const { headers } = error as { readonly headers?: OutgoingHttpHeaders };
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined) response.setHeader(name, value);
  }
}

/** Peers are told what they did wrong, not what is wrong with us. */
function asProblem(error: unknown, status: number | undefined, logger: Logger): WotError {
  if (status === undefined || status >= 500) {
    return asWotError(error, logger, { code: 'INTERNAL', what: 'A route beside the Things failed' });
  }
  const kind = kindOfStatus(status);
  return new WotError(kind, kind.toUpperCase().replaceAll('-', '_'), (error as Error).message);
}

/** The status that an error of express or its middleware has (npm http-errors). */
function statusOf(error: unknown): number | undefined {
  const { status, statusCode } = (error ?? {}) as {
    readonly status?: unknown;
    readonly statusCode?: unknown;
  };
  return [status, statusCode].find(isFailure);
}

function isFailure(status: unknown): status is number {
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) < 600;
}
