import { join } from 'node:path';
import { coap } from '../bindings/coap/coap-server.ts';
import { http } from '../bindings/http/http-server.ts';
import { mqtt } from '../bindings/mqtt/mqtt-server.ts';
import type { ServerBinding } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { Logger } from '../contracts/logger.ts';
import { sqliteStorage } from '../storage/sqlite/sqlite-storage.ts';
import type { Config } from './config.ts';
import { createServient, type Servient } from './create-servient.ts';

/** The servient of `wot serve`: all protocols and state in a folder, unless the configuration says otherwise; WotError `invalid` CONFIG_INVALID where no protocol is left. */
export function configuredServient(config: Config, logger: Logger): Servient {
  const { title, host, insecure, publicBase, limits, handlerTimeout, data = '.thingwright' } = config;
  return createServient({
    bindings: bindings(config),
    ...(data === false ? {} : { storage: sqliteStorage(join(data, 'state.sqlite')) }),
    ...(title === undefined ? {} : { title }),
    ...(host === undefined ? {} : { host }),
    ...(insecure === undefined ? {} : { insecure }),
    ...(publicBase === undefined ? {} : { publicBase }),
    ...(limits === undefined ? {} : { limits }),
    ...(handlerTimeout === undefined ? {} : { handlerTimeout }),
    logger,
  });
}

function bindings(config: Config): ServerBinding[] {
  const { allowedHosts = [], cors = [] } = config;
  const { http: httpPort = 8080, coap: coapPort = 5683, mqtt: broker = 1883 } = config;
  const chosen: ServerBinding[] = [];
  if (httpPort !== false) chosen.push(http({ port: httpPort, allowedHosts, cors }));
  if (coapPort !== false) chosen.push(coap({ port: coapPort }));
  if (typeof broker === 'number') chosen.push(mqtt({ broker: 'embedded', port: broker }));
  if (typeof broker === 'string') chosen.push(mqtt({ broker }));
  if (chosen.length > 0) return chosen;
  const message = 'HTTP, CoAP and MQTT are all off, so nobody could reach a Thing; leave one of them on.';
  throw new WotError('invalid', 'CONFIG_INVALID', message);
}
