import { WotError } from '../../../contracts/errors.ts';
import { checkTls } from '../../../security/tls-options.ts';
import { trustedAuthorities } from '../../../security/trusted-authorities.ts';
import { brokerUrl } from '../connection/broker-url.ts';
import type { EmbeddedOptions, ExternalOptions, MqttOptions } from './mqtt-options.ts';

const embeddedOnly: readonly (keyof EmbeddedOptions)[] = ['port', 'host', 'tls', 'websocket'];
const externalOnly: readonly (keyof ExternalOptions)[] = ['username', 'password', 'ca', 'cert', 'key'];

/** Throws WotError `invalid` MQTT_OPTIONS_INVALID, BROKER_ADDRESS_INVALID, CA_INVALID and those of `checkTls`. */
export function checkBroker(options: MqttOptions): void {
  const isEmbedded = options.broker === 'embedded';
  const misplaced = (isEmbedded ? externalOnly : embeddedOnly).find((name) => options[name] !== undefined);
  if (misplaced !== undefined) {
    const whose = isEmbedded ? 'an external broker' : 'the embedded broker';
    throw invalid(`\`${misplaced}\` is for ${whose}; leave it out, or choose that as \`broker\`.`);
  }
  if (isEmbedded) checkEmbedded(options);
  else checkExternal(options);
}

function checkEmbedded({ port, tls, websocket = false }: EmbeddedOptions): void {
  if (port !== false) checkPort('port', port);
  checkPort('tls.port', tls?.port);
  if (tls !== undefined) checkTls(tls);
  if (port !== false || tls !== undefined || websocket) return;
  throw invalid('Nobody reaches a broker with `port: false` alone; give `tls` or `websocket: true`.');
}

function checkPort(name: string, port: number | undefined): void {
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535)) return;
  throw invalid(`\`${name}\` must be a whole number from 0 to 65535, not ${String(port)}.`);
}

function checkExternal({ broker, ca, cert, key }: MqttOptions): void {
  brokerUrl(broker);
  const { username, password } = new URL(broker);
  if (username || password) {
    throw invalid('Addresses are shown to everyone; give user and password as `username` and `password`.');
  }
  const given = ca ?? cert ?? key;
  if (given !== undefined && !/^(mqtts|wss):/i.test(broker)) {
    throw invalid(
      `\`ca\`, \`cert\` and \`key\` are for TLS; write the address as mqtts:// or wss://, not ${broker}.`,
    );
  }
  if (ca !== undefined) trustedAuthorities(ca);
  if (cert !== undefined && key !== undefined) checkTls({ cert, key }, tlsNames);
  else if (cert !== key) throw invalid('A certificate needs its key; give both `cert` and `key`.');
}

const tlsNames = {
  cert: '`cert`',
  key: '`key`',
  ca: '`ca`',
  advice: 'give the contents of the file, not its name',
};

function invalid(message: string): WotError {
  return new WotError('invalid', 'MQTT_OPTIONS_INVALID', message);
}
