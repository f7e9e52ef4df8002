import { join } from 'node:path';
import { coap } from '../bindings/coap/coap-server.ts';
import { coapsTcp, coapTcp } from '../bindings/coap/coap-tcp-server.ts';
import { coaps } from '../bindings/coap/coaps-server.ts';
import { defaultPorts } from '../bindings/coap/messages/coap-uri.ts';
import type { HttpOptions } from '../bindings/http/http-options.ts';
import { http } from '../bindings/http/http-server.ts';
import { websocket } from '../bindings/websocket/websocket-server.ts';
import type { ServerBinding } from '../contracts/binding.ts';
import type { WotError } from '../contracts/errors.ts';
import type { Logger } from '../contracts/logger.ts';
import { readAccessFile } from '../security/access-rules.ts';
import { readPskFile } from '../security/psk-file.ts';
import { checkTls } from '../security/tls-options.ts';
import { sqliteStorage } from '../storage/sqlite/sqlite-storage.ts';
import type { Config } from './config.ts';
import { invalid, type Pem, readPem } from './configured-files.ts';
import { configuredMqtt, configuredServices } from './configured-mqtt.ts';
import { createServient, type Servient } from './create-servient.ts';

/** The servient of `wot serve`: all protocols and state in a folder, unless the configuration says otherwise, and `more` where HTTP is on; WotError `invalid` CONFIG_INVALID where the members do not fit together. */
export async function configuredServient(
  config: Config,
  logger: Logger,
  more: readonly ServerBinding[] = [],
): Promise<Servient> {
  const { title, host, insecure, publicBase, limits, handlerTimeout, data = '.thingwright' } = config;
  const { accessFile } = config;
  return createServient({
    bindings: bindings(config, more),
    services: await configuredServices(config),
    ...(accessFile === undefined ? {} : { access: readAccessFile(accessFile).policy }),
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

function bindings(config: Config, more: readonly ServerBinding[]): ServerBinding[] {
  const { allowedHosts = [], cors = [], websocket: sockets, page } = config;
  const { http: httpPort = 8080, coap: coapPort = 5683 } = config;
  const pem = certificate(config);
  const chosen: ServerBinding[] = [];
  if (httpPort !== false) chosen.push(http({ port: httpPort, allowedHosts, cors, ...tls(config, pem) }));
  else if (sockets || page) throw portOff(sockets ? 'WebSocket' : 'The page');
  if (httpPort !== false && sockets !== false) chosen.push(websocket());
  if (coapPort !== false) chosen.push(coap({ port: coapPort }));
  chosen.push(...moreCoap(config, pem));
  const mqtt = configuredMqtt(config, pem);
  if (mqtt) chosen.push(mqtt);
  if (httpPort !== false) chosen.push(...more);
  if (chosen.length > 0) return chosen;
  throw invalid('HTTP, CoAP and MQTT are all off, so nobody could reach a Thing; leave one of them on.');
}

function portOff(what: string): WotError {
  return invalid(`${what} shares the port of HTTP, which is off; leave HTTP on, or both off.`);
}

/** CoAP over DTLS, TCP and TLS, where they are configured. */
function moreCoap(config: Config, pem: Pem | undefined): ServerBinding[] {
  const { coapTcp: tcp = false, coapsTcp: tls = false, pskFile, host } = config;
  const { coaps: dtls = pskFile === undefined ? false : defaultPorts.coaps } = config;
  const chosen = tcp === false ? [] : [coapTcp({ port: tcp })];
  if (dtls === false && tls === false) {
    if (pskFile !== undefined)
      throw invalid('Keys (--psk-file) are of no use while --coaps and --coaps-tcp are off.');
    return chosen;
  }
  if (pem === undefined && pskFile === undefined) {
    throw invalid(
      'CoAP over DTLS or TLS needs keys or a certificate; give --psk-file, or --tls-cert and --tls-key.',
    );
  }
  const security = { ...pem, ...(pskFile !== undefined && { psk: readPskFile(pskFile) }) };
  // Said by itself, it may lie beyond loopback where every caller is known.
  const own = { ...security, ...(host !== undefined && { host }) };
  if (dtls !== false) chosen.push(coaps({ port: dtls, ...own }));
  if (tls !== false) chosen.push(coapsTcp({ port: tls, ...own }));
  return chosen;
}

/** TLS and HTTP/2 of the HTTP server, where they are configured. */
function tls({ http2 = false }: Config, pem: Pem | undefined): HttpOptions {
  if (pem !== undefined) return { tls: pem, http2 };
  if (http2)
    throw invalid('HTTP/2 is agreed on in the TLS handshake; give --tls-cert and --tls-key with --http2.');
  return {};
}

/** The certificate of the servers with its key, in PEM. */
function certificate({ tlsCert, tlsKey }: Config): Pem | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw invalid('TLS needs both a certificate and its key; give --tls-cert and --tls-key.');
  }
  const pem = { cert: readPem(tlsCert, '--tls-cert'), key: readPem(tlsKey, '--tls-key') };
  const [cert, key] = [`${tlsCert} (--tls-cert)`, `${tlsKey} (--tls-key)`];
  checkTls(pem, { cert, key, ca: '', advice: 'name another file' });
  return pem;
}
