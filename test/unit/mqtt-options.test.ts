import { type MqttOptions, mqtt } from 'thingwright';
import { describe, expect, test } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { needs } from '../support/system-parts.ts';

const embedded = { broker: 'embedded' };
const external = { broker: 'mqtts://broker.example' };

describe('options of MQTT that cannot work', () => {
  test.for<readonly [Readonly<Record<string, unknown>>, RegExp]>([
    [{ ...embedded, port: 70_000 }, /MQTT_OPTIONS_INVALID: `port` must be a whole number .* not 70000/],
    [{ ...embedded, port: '1883' }, /MQTT_OPTIONS_INVALID: `port`/],
    [{ ...embedded, port: false }, /MQTT_OPTIONS_INVALID: .*give `tls` or `websocket: true`/],
    [{ ...embedded, tls: { cert: '', key: '', port: -1 } }, /MQTT_OPTIONS_INVALID: `tls.port`/],
    [{ ...embedded, tls: { cert: 'cert.pem', key: 'key.pem' } }, /TLS_KEY_INVALID: `tls.key` .*contents/],
    [{ ...embedded, username: 'me' }, /MQTT_OPTIONS_INVALID: `username` is for an external broker/],
    [{ ...embedded, ca: 'x' }, /MQTT_OPTIONS_INVALID: `ca` is for an external broker/],
    [{ ...external, port: 1883 }, /MQTT_OPTIONS_INVALID: `port` is for the embedded broker/],
    [{ ...external, tls: {} }, /MQTT_OPTIONS_INVALID: `tls` is for the embedded broker/],
    [{ ...external, websocket: false }, /MQTT_OPTIONS_INVALID: `websocket` is for the embedded broker/],
    [{ ...external, ca: 'ca.pem' }, /CA_INVALID: .*give the text of the file/],
    [{ ...external, key: 'key.pem' }, /MQTT_OPTIONS_INVALID: .*give both `cert` and `key`/],
    [{ ...external, cert: 'cert.pem', key: 'key.pem' }, /TLS_KEY_INVALID: `key` .*contents/],
    [{ broker: 'mqtt://broker.example', ca: 'x' }, /MQTT_OPTIONS_INVALID: .*write the address as mqtts:/],
    [{ broker: 'mqtt://me:secret@broker.example' }, /MQTT_OPTIONS_INVALID: .*give user and password as/],
    [{ broker: 'broker.example' }, /BROKER_ADDRESS_INVALID/],
    [{ broker: 'http://broker.example' }, /BROKER_ADDRESS_INVALID/],
  ])('%j', async ([options, message]) => {
    const failure = await failureOf(() => mqtt(options as unknown as MqttOptions));
    expect(failure).toMatch(/^invalid /);
    expect(failure).toMatch(message);
    expect(failure).not.toContain('secret');
  });
});

const { missing, note } = needs('openssl');

test.skipIf(missing)(`options of MQTT that can work${note}`, async () => {
  const pem = makeCertificate();
  const possible: readonly MqttOptions[] = [
    { ...embedded, port: 0 },
    { ...embedded, port: false, websocket: true },
    { ...embedded, port: false, tls: { ...pem, ca: pem.cert, port: 0 } },
    { ...external, ca: pem.cert, ...pem, username: 'me', password: 'secret' },
    { broker: 'wss://broker.example/mqtt', ca: pem.cert },
  ];
  for (const options of possible) expect(await failureOf(() => mqtt(options))).toBe('no failure');
});
