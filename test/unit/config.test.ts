import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/contracts/logger.ts';
import {
  type Config,
  readConfigEnvironment,
  readConfigFile,
  readConfigFlags,
} from '../../src/servient/config.ts';
import { configuredServient } from '../../src/servient/configured-servient.ts';
import schema from '../../td-schemas/config.schema.json' with { type: 'json' };
import { failureOf } from '../support/failure-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('the configuration', () => {
  test('comes from JSON and TypeScript files', async () => {
    const json = file(
      'a.json',
      '{ "http": 0, "coap": false, "mqtt": "mqtt://broker", "limits": { "body": 5 } }',
    );
    expect(await readConfigFile(json)).toEqual({
      http: 0,
      coap: false,
      mqtt: 'mqtt://broker',
      limits: { body: 5 },
    });
    const ts = file('b.ts', 'const port: number = 81;\nexport default { http: port };\n');
    expect(await readConfigFile(ts)).toEqual({ http: 81 });
    expect(await readConfigFile()).toEqual({});
  });

  test('names the file, the member, the value and what is expected', async () => {
    const text =
      '{ "http": 70000, "htpp": 1, "limits": { "body": 0, "boddy": 1 }, "insecure": "yes", "speed": 0 }';
    const wrong = file('c.json', text);
    const failure = await failureOf(() => readConfigFile(wrong));
    expect(failure).toMatch('invalid CONFIG_INVALID');
    for (const part of [
      `${wrong}: http 70000: expected a port 0-65535 (0 for a free one), or off;`,
      'htpp is not known (known: $schema, title,',
      'limits.body 0: expected a whole number from 1',
      'limits.boddy is not known (known: body, nesting, queue)',
      'insecure yes: expected true',
      'speed 0: expected a number above 0',
    ])
      expect(failure).toContain(part);
  });

  test.for(['null', '[]', '1', '"http"'])('is an object, not %s', async (text) => {
    const path = file('e.json', text);
    expect(await failureOf(() => readConfigFile(path))).toBe(
      `invalid CONFIG_INVALID: ${path}: must be object.`,
    );
  });

  test('tells why a file cannot be read, in one sentence', async () => {
    for (const path of [join(folder, 'none.json'), join(folder, 'none.ts'), file('d.json', '{')]) {
      const failure = await failureOf(() => readConfigFile(path));
      expect(failure).toMatch(/^invalid CONFIG_UNREADABLE: The configuration file .*[^.]\.$/);
    }
  });

  test('may say off in a file', async () => {
    const path = file(
      'f.json',
      '{ "http": "off", "coap": "off", "mqtt": "off", "data": "off", "title": "off" }',
    );
    expect(await readConfigFile(path)).toEqual({
      http: false,
      coap: false,
      mqtt: false,
      data: false,
      title: 'off',
    });
  });

  test('comes from the environment', async () => {
    const environment = {
      THINGWRIGHT_HTTP: '8081',
      THINGWRIGHT_COAP: 'off',
      THINGWRIGHT_MQTT: 'mqtts://broker:8883',
      THINGWRIGHT_DATA: 'off',
      THINGWRIGHT_INSECURE: '1',
      THINGWRIGHT_HTTP2: 'on',
      THINGWRIGHT_CORS: 'https://a.example, http://b.example:3000',
    };
    expect(await readConfigEnvironment(environment)).toEqual({
      http: 8081,
      coap: false,
      mqtt: 'mqtts://broker:8883',
      data: false,
      insecure: true,
      http2: true,
      cors: ['https://a.example', 'http://b.example:3000'],
    });
    expect(await readConfigEnvironment({})).toEqual({});
    expect(await readConfigEnvironment({ THINGWRIGHT_PUBLIC_BASE: 'https://a.example/wot' })).toEqual({
      publicBase: 'https://a.example/wot',
    });
    expect(await failureOf(() => readConfigEnvironment({ THINGWRIGHT_PUBLIC_BASE: 'http://[' }))).toBe(
      'invalid CONFIG_INVALID: THINGWRIGHT_PUBLIC_BASE http://[: expected an http or https URL by which peers reach this servient, without query, fragment and credentials.',
    );
  });

  test('comes from flags, which are called by their names', async () => {
    const flags = { http: '0', publicBase: 'http://a.example', speed: '0.5', insecure: true, verbose: true };
    expect(await readConfigFlags(flags)).toEqual({
      http: 0,
      publicBase: 'http://a.example',
      speed: 0.5,
      insecure: true,
    });
    expect(await failureOf(() => readConfigFlags({ http: 'abc' }))).toBe(
      'invalid CONFIG_INVALID: --http abc: expected a port 0-65535 (0 for a free one), or off.',
    );
    expect(await failureOf(() => readConfigFlags({ publicBase: '' }))).toContain(
      '--public-base "": expected',
    );
    expect(await failureOf(() => readConfigFlags({ cors: 'http://a.example, b' }))).toContain('--cors b: ');
  });

  test.for(['abc', '0', '-1', 'NaN', 'Infinity', '1e3', ''])('speed %j is refused', async (speed) => {
    expect(await failureOf(() => readConfigFlags({ speed }))).toContain('--speed');
  });

  test.for([
    ['1', true],
    ['true', true],
    ['YES', true],
    ['on', true],
    ['', false],
    ['0', false],
    ['false', false],
    ['no', false],
    ['Off', false],
  ] as const)('insecure %j means %j', async ([text, insecure]) => {
    expect(await readConfigEnvironment({ THINGWRIGHT_INSECURE: text })).toEqual({ insecure });
  });

  test('insecure is no guess', async () => {
    const failure = await failureOf(() => readConfigEnvironment({ THINGWRIGHT_INSECURE: 'maybe' }));
    expect(failure).toContain('THINGWRIGHT_INSECURE maybe: expected true');
  });

  test('leaves one protocol on', async () => {
    const off = { http: false, coap: false, mqtt: false } as const;
    expect(await failureOf(() => configuredServient(off, silentLogger))).toMatch(
      /^invalid CONFIG_INVALID: .*all off/,
    );
    expect(await failureOf(() => configuredServient({ ...off, http: 0, data: false }, silentLogger))).toBe(
      'no failure',
    );
  });

  test('signs in at the broker of Zigbee2MQTT, beside the embedded one', async () => {
    const mqttPasswordFile = file('password', 'secret\n');
    const signIn = { mqttUser: 'me', mqttPasswordFile, zigbee2mqtt: 'mqtt://b', data: false } as const;
    expect(await failureOf(() => configuredServient(signIn, silentLogger))).toBe('no failure');
    expect(
      await failureOf(() => configuredServient({ ...signIn, mqttPasswordFile: 'p' }, silentLogger)),
    ).toContain('password file p cannot');
  });

  test.for(['http://x/?q=1', 'http://x/wot#a', 'http://u:p@x/', 'ftp://x'])(
    'has no public base %s',
    async (publicBase) => {
      expect(await failureOf(() => readConfigFlags({ publicBase }))).toContain(
        `--public-base ${publicBase}: `,
      );
    },
  );

  test('has hosts without port', async () => {
    const hosts = (...allowedHosts: string[]) => file('g.json', JSON.stringify({ allowedHosts }));
    const good = ['a.example', '192.0.2.1', '::1', '[2001:db8::1]'];
    expect(await readConfigFile(hosts(...good))).toEqual({ allowedHosts: good });
    for (const host of ['a.example:80', 'http://a.example', 'a/b', '']) {
      const path = hosts(host);
      expect(await failureOf(() => readConfigFile(path))).toContain('allowedHosts');
    }
  });

  test.for<readonly [string, Config, RegExp]>([
    [
      'WebSocket without HTTP',
      { http: false, websocket: true },
      /WebSocket shares the port of HTTP, which is off/,
    ],
    ['HTTP/2 without TLS', { http2: true }, /--tls-cert and --tls-key with --http2/],
    ['a certificate without its key', { tlsCert: 'c.pem' }, /needs both/],
    ['MQTTS without a certificate', { mqtts: 8883 }, /MQTT over TLS needs a certificate/],
    ['authorities without TLS', { mqttCa: 'ca.pem' }, /--mqtt-ca is for --mqtts/],
    [
      'MQTTS of a broker elsewhere',
      { mqtt: 'mqtt://b', mqtts: 8883 },
      /--mqtts is for the embedded broker, but mqtt:\/\/b/,
    ],
    ['a sign-in without another broker', { mqttUser: 'me' }, /sign in to another broker/],
    ['Home Assistant without MQTT', { mqtt: false, homeAssistant: true }, /--home-assistant needs MQTT/],
    ['a password without its user', { mqtt: 'mqtt://b', mqttPasswordFile: 'p' }, /give both/],
    [
      'a password that is not there',
      { mqtt: 'mqtt://b', mqttUser: 'me', mqttPasswordFile: 'p' },
      /password file p cannot/,
    ],
    [
      'a password in a URL',
      { mqtt: 'mqtt://me:secret@b' },
      /^(?!.*secret).*--mqtt has a user or password in its URL/,
    ],
    ['a certificate that is not there', { tlsCert: 'c.pem', tlsKey: 'k.pem' }, /c\.pem cannot be read/],
  ])('does not fit together: %s', async ([, config, message]) => {
    const failure = await failureOf(() => configuredServient({ ...config, data: false }, silentLogger));
    expect(failure).toMatch(/^invalid CONFIG_INVALID: /);
    expect(failure).toMatch(message);
  });

  test('names the flags of TLS files that are none', async () => {
    const none = file('none.pem', 'nothing');
    const config = { tlsCert: none, tlsKey: none, data: false } as const;
    expect(await failureOf(() => configuredServient(config, silentLogger))).toMatch(
      /^invalid TLS_KEY_INVALID: .*none\.pem \(--tls-key\) is not a usable .*; name another file\.$/,
    );
  });

  test('says of every member what is expected', () => {
    for (const member of Object.values(schema.properties))
      expect(member.description).toMatch(/^(An?|True|A reference) /);
  });
});
