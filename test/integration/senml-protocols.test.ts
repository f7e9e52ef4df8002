import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { decode } from 'cbor2';
import { afterEach, describe, expect, test } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { ServerBinding } from '../../src/contracts/binding.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { failureOf } from '../support/failure-of.ts';
import { formsOfScheme } from '../support/forms-of-scheme.ts';
import { exposeProbe, probeNames } from '../support/probe.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function probe(...bindings: readonly ServerBinding[]) {
  const servient = createServient({ bindings });
  await servient.start();
  ends.push(() => servient.stop());
  return { ...(await exposeProbe(servient)), address: servient.addresses[0] ?? '' };
}

describe.each([
  ['http', () => [http({ port: 0 }), coap({ port: 0 })]],
  ['coap', () => [coap({ port: 0 })]],
  ['mqtt', () => [mqtt({ broker: 'embedded', port: 0 })]],
] as const)('over %s', (scheme, bindings) => {
  test('a property that is declared to be SenML is a number for those who consume it', async () => {
    const { td, handle } = await probe(...bindings());
    const thing = await consume(formsOfScheme(td, scheme) as unknown as PartialTd, { timeout: 5000 });
    ends.push(() => thing.stop());
    const reading = thing.properties['reading'];
    expect(await reading?.read()).toBe(3);
    await reading?.write(4);
    expect(handle.get('reading')).toBe(4);
    expect(await failureOf(() => reading?.write('x'))).toContain('INPUT_MISMATCH');
    const values = reading?.observe();
    expect((await values?.next())?.value).toBe(4);
    handle.set('reading', 5.5);
    expect((await values?.next())?.value).toBe(5.5);
    await values?.return();
  });
});

describe('HTTP', () => {
  const get = async (url: string, accept: string) => {
    const response = await fetch(url, { headers: { accept } });
    return { type: response.headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) };
  };

  test('gives a reading, or all, as SenML to who asks for it', async () => {
    const { address } = await probe(http({ port: 0 }));
    const url = `${address}/things/probe/properties`;
    const { type, body } = await get(`${url}/temperature`, 'application/senml+json');
    expect(type).toBe('application/senml+json');
    expect(JSON.parse(body.toString())).toEqual([{ bn: probeNames, n: 'temperature', u: 'Cel', v: 21.5 }]);
    const all = await get(url, 'application/senml+cbor');
    expect(decode(all.body)).toHaveLength(5);
    expect((await get(url, '*/*')).type).toBe('application/json');
    expect((await get(url, 'application/*')).type).toBe('application/json');
  });

  test('takes SenML', async () => {
    const { address, handle } = await probe(http({ port: 0 }));
    const put = async (path: string, body: string, type = 'application/senml+json') => {
      const headers = { 'content-type': type };
      const response = await fetch(`${address}/things/probe/properties${path}`, {
        method: 'PUT',
        headers,
        body,
      });
      return response.status;
    };
    expect(await put('/temperature', '[{"v":3}]')).toBe(204);
    expect(handle.get('temperature')).toBe(3);
    expect(await put('', `[{"bn":"${probeNames}","n":"power","v":7}]`)).toBe(204);
    expect(handle.get('power')).toBe(7);
    expect(await put('/temperature', '[{"n":"power","v":3}]')).toBe(400);
    expect(await put('/temperature', '5', 'application/merge-patch+json')).toBe(415);
    expect(handle.get('temperature')).toBe(3);
  });
});

describe('a foreign Thing with names of its own', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['[{"bn":"urn:dev:mac:1:","n":"level","v":1},{"n":"level","t":1,"v":2},{"n":"other","v":3}]', 2],
    ['[{"n":"3303/0/5700","u":"Cel","v":19.5}]', 19.5],
    ['[{"n":"a","v":1},{"n":"b","v":2}]', 'internal RESPONSE_MISMATCH'],
    ['[{"n":"level","u":"K","v":293}]', 'internal RESPONSE_MISMATCH'],
    ['[{"n":"level","vs":"warm"}]', 'internal RESPONSE_MISMATCH'],
    ['21', 'internal RESPONSE_MISMATCH'],
  ];

  async function foreign(body: string) {
    const written: string[] = [];
    const server = createServer(async (request, response) => {
      if (request.method === 'PUT') written.push(await text(request));
      response.writeHead(request.method === 'PUT' ? 204 : 200, { 'content-type': 'application/senml+json' });
      response.end(request.method === 'PUT' ? undefined : body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => server.close());
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const contentType = 'application/senml+json';
    const thing = await consume(
      {
        title: 'Foreign',
        id: 'urn:x',
        properties: {
          level: { type: 'number', unit: 'Celsius', forms: [{ href: `${base}/level`, contentType }] },
        },
        forms: [{ href: base, contentType, op: ['readallproperties', 'writemultipleproperties'] }],
      } as unknown as PartialTd,
      { timeout: 5000 },
    );
    ends.push(() => thing.stop());
    return { thing, written };
  }

  test.each(cases)('%s is %s', async (body, expected) => {
    const { thing } = await foreign(body);
    if (typeof expected === 'number') expect(await thing.properties['level']?.read()).toBe(expected);
    else expect(await failureOf(() => thing.properties['level']?.read())).toContain(expected);
  });

  test('gives all it has, and is written packs', async () => {
    const { thing, written } = await foreign(
      '[{"bn":"urn:dev:mac:1/","n":"level","v":1},{"n":"other","vb":true}]',
    );
    expect(await thing.readAll()).toEqual({ level: 1 });
    await thing.properties['level']?.write(5);
    await thing.writeMultiple({ level: 6 });
    expect(written.map((body) => JSON.parse(body))).toEqual([
      [{ bn: 'urn:x/', n: 'level', u: 'Cel', v: 5 }],
      [{ bn: 'urn:x/', n: 'level', u: 'Cel', v: 6 }],
    ]);
  });
});
