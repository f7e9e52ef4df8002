import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  checkConfig,
  configFromText,
  readConfigEnvironment,
  readConfigFile,
} from '../../src/servient/config.ts';
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

  test('names what is wrong and where', async () => {
    const wrong = file('c.json', '{ "http": 70000, "htpp": 1, "limits": { "boddy": 1 }, "insecure": "yes" }');
    const failure = await failureOf(() => readConfigFile(wrong));
    expect(failure).toMatch('invalid CONFIG_INVALID');
    for (const part of [wrong, 'http', 'htpp is not known', 'limits.boddy', 'insecure'])
      expect(failure).toContain(part);
    expect(await failureOf(() => readConfigFile(join(folder, 'none.json')))).toMatch('CONFIG_UNREADABLE');
    expect(await failureOf(() => readConfigFile(file('d.json', '{')))).toMatch('CONFIG_UNREADABLE');
    expect(await failureOf(() => checkConfig(undefined, 'nothing'))).toMatch('CONFIG_INVALID');
  });

  test('comes from the environment', async () => {
    const environment = {
      THINGWRIGHT_HTTP: '8081',
      THINGWRIGHT_COAP: 'off',
      THINGWRIGHT_MQTT: 'mqtts://broker:8883',
      THINGWRIGHT_DATA: 'off',
      THINGWRIGHT_INSECURE: '1',
      THINGWRIGHT_CORS: 'https://a.example, http://b.example:3000',
    };
    expect(await readConfigEnvironment(environment)).toEqual({
      http: 8081,
      coap: false,
      mqtt: 'mqtts://broker:8883',
      data: false,
      insecure: true,
      cors: ['https://a.example', 'http://b.example:3000'],
    });
    expect(await failureOf(() => readConfigEnvironment({ THINGWRIGHT_HTTP: 'eighty' }))).toMatch(
      'environment',
    );
    expect(await readConfigEnvironment({})).toEqual({});
  });

  test.for(['', '0', 'false'])('insecure %j means no', (text) => {
    expect(configFromText((name) => (name === 'INSECURE' ? text : undefined))).toEqual({ insecure: false });
  });
});
