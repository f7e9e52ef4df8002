import { brokerUrl } from '../bindings/mqtt/connection/broker-url.ts';
import { mqtt } from '../bindings/mqtt/mqtt-server.ts';
import type { ExternalOptions } from '../bindings/mqtt/server/mqtt-options.ts';
import type { ServerBinding } from '../contracts/binding.ts';
import type { Config } from './config.ts';
import { invalid, type Pem, readPassword, readPem } from './configured-files.ts';
import type { Service } from './service.ts';

/** MQTT as configured, undefined where it is off; `certificate` is that of all servers. */
export function configuredMqtt(config: Config, certificate: Pem | undefined): ServerBinding | undefined {
  const { mqtt: broker = 1883, mqtts = false, homeAssistant = false, mqttPrefix: prefix } = config;
  const shared = { homeAssistant, ...(prefix !== undefined && { prefix }) };
  if (typeof broker === 'string') {
    refuseEmbedded(config, `${broker} is a broker of its own`);
    return mqtt({ broker: withoutUser(broker, '--mqtt'), ...signIn(config), ...shared });
  }
  refuseSignIn(config);
  if (broker === false && mqtts === false) {
    refuseEmbedded(config, 'MQTT is off');
    if (homeAssistant) throw invalid('--home-assistant needs MQTT, which is off; give --mqtt.');
    return undefined;
  }
  const { mqttWebsocket: websocket = false } = config;
  return mqtt({ broker: 'embedded', port: broker, websocket, ...tls(config, certificate), ...shared });
}

/** What brings Things from elsewhere, as configured. */
export async function configuredServices(config: Config): Promise<readonly Service[]> {
  const { zigbee2mqtt: address, mqtt: own } = config;
  if (address === undefined) return [];
  const broker = withoutUser(address, '--zigbee2mqtt');
  const { zigbee2mqtt } = await import('./zigbee2mqtt/zigbee2mqtt.ts');
  // Who signs in to a broker does so for both, and the embedded one needs no sign-in.
  const isMeant = typeof own !== 'string' || brokerUrl(own) === brokerUrl(broker);
  return [zigbee2mqtt({ broker, ...(isMeant && signIn(config)) })];
}

function tls({ mqtts = false, mqttCa, zigbee2mqtt: other, host }: Config, certificate: Pem | undefined) {
  if (mqtts === false) {
    if (mqttCa !== undefined && other === undefined)
      throw invalid('--mqtt-ca is for --mqtts or for another broker; give one of them.');
    return {};
  }
  if (!certificate) throw invalid('MQTT over TLS needs a certificate; give --tls-cert and --tls-key.');
  const ca = mqttCa === undefined ? {} : { ca: readPem(mqttCa, '--mqtt-ca') };
  // Said by itself, it may lie beyond loopback where every caller is known.
  const own = mqttCa !== undefined && host !== undefined ? { host } : {};
  return { tls: { ...certificate, ...ca, port: mqtts }, ...own };
}

function signIn({ mqttUser, mqttPasswordFile, mqttCa, mqtts = false }: Config): ExternalOptions {
  if (mqttPasswordFile !== undefined && mqttUser === undefined)
    throw invalid('--mqtt-password-file is the password of --mqtt-user; give both.');
  return {
    ...(mqttUser !== undefined && { username: mqttUser }),
    ...(mqttPasswordFile !== undefined && {
      password: readPassword(mqttPasswordFile, '--mqtt-password-file'),
    }),
    // Beside --mqtts it is for those who come.
    ...(mqttCa !== undefined && mqtts === false && { ca: readPem(mqttCa, '--mqtt-ca') }),
  };
}

function refuseEmbedded({ mqtts = false, mqttWebsocket = false }: Config, why: string): void {
  if (mqtts === false && !mqttWebsocket) return;
  const flag = mqttWebsocket ? '--mqtt-websocket' : '--mqtts';
  throw invalid(`${flag} is for the embedded broker, but ${why}; leave it out, or give --mqtt a port.`);
}

function refuseSignIn({ mqttUser, mqttPasswordFile, zigbee2mqtt: other }: Config): void {
  if (other !== undefined || (mqttUser === undefined && mqttPasswordFile === undefined)) return;
  throw invalid(
    '--mqtt-user and --mqtt-password-file sign in to another broker; give its URL by --mqtt, or by --zigbee2mqtt.',
  );
}

/** A URL shows in process lists and logs. */
function withoutUser(address: string, flag: string): string {
  const { username, password } = new URL(address);
  if (username === '' && password === '') return address;
  const message = `${flag} has a user or password in its URL, which everybody can see; give --mqtt-user and --mqtt-password-file instead.`;
  throw invalid(message);
}
