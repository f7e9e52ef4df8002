import type { ServerResponse } from 'node:http';
import type { HttpHandler } from '../../contracts/http-route.ts';
import type { Logger } from '../../contracts/logger.ts';

/** Of pino. */
const errorLevel = 50;

const secrets = [
  'req.headers.authorization',
  'req.headers["proxy-authorization"]',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
];

/** Tells the logger of every answer, without secrets: failures of ours as errors, those already `told` and all else for debugging. */
export async function accessLog(logger: Logger, told: WeakSet<ServerResponse>): Promise<HttpHandler> {
  const [{ pino }, { pinoHttp }] = await Promise.all([import('pino'), import('pino-http')]);
  const lines = {
    write(line: string): void {
      const { level, msg, ...facts } = JSON.parse(line);
      if (level >= errorLevel) logger.error(msg, facts);
      else logger.debug(msg, facts);
    },
  };
  const options = { level: 'debug', base: null, timestamp: false, redact: secrets };
  return pinoHttp({
    logger: pino(options, lines),
    customLogLevel: (_request, response) =>
      response.statusCode >= 500 && !told.has(response) ? 'error' : 'debug',
    // A query may hold a token.
    serializers: { req: (request) => ({ ...request, url: request.url.split('?')[0], query: undefined }) },
  });
}
