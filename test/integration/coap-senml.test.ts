import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { decode } from 'cbor2';
import { afterEach, describe, expect, test } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import type { CoapOption, Message } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionBytes,
  optionNumber,
  optionUint,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import { encodeContent } from '../../src/codec/registry.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { accept, contentFormat, json as packOf, request } from '../support/coap-thing.ts';
import { exposeProbe, probeNames } from '../support/probe.ts';
import { needs } from '../support/system-parts.ts';
import { udpPeer } from '../support/udp-peer.ts';

const [json, cbor] = [110, 112];
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function probe() {
  const servient = createServient({ bindings: [coap({ port: 0 })] });
  await servient.start();
  cleanups.push(() => servient.stop());
  const { handle } = await exposeProbe(servient);
  const base = `${servient.addresses[0]}/things/probe`;
  const peer = await udpPeer(Number(new URL(base).port));
  cleanups.push(() => peer.close());
  return { base, handle, peer };
}

const at = (path: string, ...options: readonly CoapOption[]): readonly CoapOption[] =>
  request('GET', `/things/probe/${path}`, { options }).options;
const observe = uintOption(optionNumber.observe, 0);
const formatOf = ({ options }: Message) => optionUint(options, optionNumber.contentFormat);
const put = (path: string, pack: unknown, format = json) => ({
  code: '0.03',
  options: at(path, contentFormat(format)),
  payload: Buffer.from(
    encodeContent(format === cbor ? 'application/senml+cbor' : 'application/senml+json', pack).body,
  ),
});

test('a reading is one record, in JSON and CBOR', async () => {
  const { peer } = await probe();
  const inJson = await peer.ask({ options: at('properties/temperature', accept(json)) });
  expect([inJson.code, formatOf(inJson)]).toEqual(['2.05', json]);
  expect(packOf(inJson)).toEqual([{ bn: probeNames, n: 'temperature', u: 'Cel', v: 21.5 }]);
  const inCbor = await peer.ask({ options: at('properties/power', accept(cbor)) });
  expect(formatOf(inCbor)).toBe(cbor);
  const record = new Map<number, unknown>([
    [-1, 26],
    [-2, probeNames],
    [0, 'power'],
    [1, 'kW'],
    [2, 1.5],
  ]);
  expect(decode(inCbor.payload)).toEqual([record]);
  expect(packOf(await peer.ask({ options: at('properties/on', accept(json)) }))).toMatchObject([
    { vb: true },
  ]);
  expect(packOf(await peer.ask({ options: at('properties/mode', accept(json)) }))).toMatchObject([
    { vs: 'eco' },
  ]);
  expect((await peer.ask({ options: at('properties/place', accept(json)) })).code).toBe('4.06');
});

test('a declared type is what is sent and taken', async () => {
  const { peer, handle } = await probe();
  const answer = await peer.ask({ options: at('properties/reading') });
  expect([formatOf(answer), decode(answer.payload)]).toMatchObject([cbor, [{}]]);
  expect((await peer.ask(put('properties/reading', [{ v: 4 }], cbor))).code).toBe('2.04');
  expect(handle.get('reading')).toBe(4);
});

test('several readings are one pack', async () => {
  const { peer, handle } = await probe();
  const all = await peer.ask({ options: at('properties', accept(json)) });
  const pack = [
    { bver: 26, bn: probeNames, n: 'temperature', u: 'Cel', v: 21.5 },
    { n: 'power', u: 'kW', v: 1.5 },
    { n: 'on', vb: true },
    { n: 'mode', vs: 'eco' },
    { n: 'reading', u: 'Cel', v: 3 },
  ];
  expect(packOf(all)).toEqual(pack);
  const fetch = {
    code: '0.05',
    options: at('properties', accept(json)),
    payload: Buffer.from('["on","mode"]'),
  };
  expect(packOf(await peer.ask(fetch))).toEqual([{ bn: probeNames, ...pack[2] }, pack[3]]);
  const query = textOption(optionNumber.uriQuery, 'names=on');
  expect(packOf(await peer.ask({ options: at('properties', query, accept(json)) }))).toEqual([
    { bn: probeNames, ...pack[2] },
  ]);
  const written = [
    { bn: probeNames, n: 'power', u: 'kW', v: 2 },
    { n: 'on', vb: false },
  ];
  expect((await peer.ask(put('properties', written, cbor))).code).toBe('2.04');
  expect([handle.get('power'), handle.get('on')]).toEqual([2, false]);
});

test('changes and events are records with their time', async () => {
  const { peer, handle } = await probe();
  const seconds = ({ options }: Message) =>
    Number(optionBytes(options, optionNumber.etag)?.readBigUInt64BE()) / 1e6;
  const token = Buffer.from('obs');
  const first = await peer.ask({ token, options: at('properties/temperature', accept(json), observe) });
  expect(packOf(first)).toEqual([{ bn: probeNames, n: 'temperature', u: 'Cel', v: 21.5 }]);
  handle.set('temperature', 22);
  const change = await peer.next((message) => message.token.equals(token));
  expect(formatOf(change)).toBe(json);
  expect(packOf(change)).toEqual([{ bn: probeNames, n: 'temperature', u: 'Cel', v: 22, t: seconds(change) }]);
  handle.emit('hot', 7);
  const event = await peer.ask({ options: at('events/hot', accept(json)) });
  expect(packOf(event)).toEqual([{ bn: probeNames, n: 'hot', v: 7, t: seconds(event) }]);
});

test('the changes of all properties are records too; of what is no measurement there is none', async () => {
  const { peer, handle } = await probe();
  const token = Buffer.from('all');
  const next = async () => {
    const message = await peer.next((each) => each.token.equals(token));
    await peer.message({ type: 'ACK', code: '0.00', id: message.id });
    return message.payload.toString();
  };
  await peer.message({ token, options: at('properties', accept(json), observe) });
  const present = [await next(), await next(), await next()];
  expect(present.map((text) => text && JSON.parse(text)[0].n)).toEqual(['temperature', '', 'reading']);
  handle.set('place', { x: 2 });
  expect(await next()).toBe('');
  handle.set('temperature', 5);
  expect(JSON.parse(await next())).toMatchObject([{ n: 'temperature', u: 'Cel', v: 5 }]);
});

describe('a record is written', () => {
  test.each([
    [[{ v: 3 }], '2.04'],
    [[{ bn: probeNames, n: 'temperature', u: 'Cel', v: 3 }], '2.04'],
    [[{ n: 'urn:dev:mac:1', v: 3 }], '4.00'],
    [[{ v: 3 }, { v: 4 }], '4.00'],
    [[{ u: 'K', v: 276 }], '4.00'],
    [[{ v: 3, x_: 1 }], '4.00'],
    [[], '4.00'],
  ])('%j: %s', async (pack, code) => {
    const { peer, handle } = await probe();
    expect((await peer.ask(put('properties/temperature', pack))).code).toBe(code);
    expect(handle.get('temperature')).toBe(code === '2.04' ? 3 : 21.5);
  });

  test.each([
    ['what is malformed', put('properties/temperature', [{ v: 'x' }]), '4.00'],
    ['what does not fit its DataSchema', put('properties/temperature', [{ vs: 'x' }]), '4.00'],
    [
      'a stream',
      {
        ...put('properties/temperature', [{ v: 1 }]),
        options: at('properties/temperature', contentFormat(111)),
      },
      '4.15',
    ],
    [
      'a patch',
      { ...put('properties/temperature', 1), options: at('properties/temperature', contentFormat(51)) },
      '4.15',
    ],
  ] as const)('but not %s', async (_what, asked, code) => {
    const { peer, handle } = await probe();
    const refused = await peer.ask(asked);
    expect(handle.get('temperature')).toBe(21.5);
    expect(refused.code).toBe(code);
  });
});

const { missing, note, command } = needs('coap-client');

describe.skipIf(missing)(`libcoap's coap-client${note}`, () => {
  const ask = async (...args: readonly string[]) => {
    const { stdout, stderr } = await promisify(execFile)(command('coap-client'), args);
    return (stdout + stderr).trim();
  };

  test('reads and writes SenML', async () => {
    const { base, handle } = await probe();
    const pack = `[{"bn":"${probeNames}","n":"temperature","u":"Cel","v":21.5}]`;
    expect(await ask('-A', '110', `${base}/properties/temperature`)).toBe(pack);
    expect(
      await ask('-m', 'put', '-t', '110', '-e', pack.replace('21.5', '4'), `${base}/properties/temperature`),
    ).toBe('');
    expect(handle.get('temperature')).toBe(4);
  });

  test('finds Things and their resources by filters (ETSI TD_COAP_LINK_01 to 09)', async () => {
    const { base } = await probe();
    const { origin = '' } = /^(?<origin>coap:\/\/[^/]+)/.exec(base)?.groups ?? {};
    const hrefs = async (address: string, ...args: readonly string[]) => {
      const links = await ask(...args, `${origin}${address}`);
      return [...links.matchAll(/<([^>]*)>/g)].map(([, href]) => href?.replace('/things/probe', '~'));
    };
    const core = await ask(`${origin}/.well-known/core`);
    expect(core).toMatch(
      /^<\/things>;ct="50 60 40",<\/things\/probe>;rt="wot.thing";ct=432;sz=\d{4};title="Probe"$/,
    );
    expect(await hrefs('/.well-known/core?rt=wot.thing')).toEqual(['~']);
    expect(await hrefs('/.well-known/core?rt=*')).toEqual(['~', '~/properties/temperature']);
    expect(await hrefs('/.well-known/core?rt=saref:Temp*')).toEqual(['~/properties/temperature']);
    expect(await hrefs('/.well-known/core?if=wot.event*')).toEqual(['~/events', '~/events/hot']);
    expect(await hrefs('/.well-known/core?sz=*')).toEqual(['~']);
    expect(await hrefs('/.well-known/core?href=/things/probe')).toEqual(['~']);
    expect(await hrefs('/.well-known/core?href=/things/probe/e*')).toEqual(['~/events', '~/events/hot']);
    expect(await hrefs('/.well-known/core?ct=112&obs')).toEqual([
      '~/properties',
      '~/properties/temperature',
      '~/properties/reading',
      '~/events/hot',
    ]);
    expect(await hrefs('/.well-known/core?ct=40')).toEqual(['/things']);
    expect(await hrefs('/things', '-A', '40')).toEqual(['~']);
    expect(await hrefs('/things/probe', '-A', '40')).toContain('~/properties/mode');
    expect(await ask(`${base}/properties/mode`)).toBe('"eco"');
  });
});

test('introductions and lists are to be had in CBOR, in blocks too', async () => {
  const { peer } = await probe();
  const ask = (path: string, ...options: readonly CoapOption[]) =>
    peer.ask(request('GET', path, { options }));
  const list = await ask('/things', accept(60));
  expect(decode(list.payload)).toMatchObject([{ name: 'probe', href: '/things/probe' }]);
  expect((await ask('/things', accept(0))).code).toBe('4.06');
  const whole = async (path: string, format: number) => {
    const blocks: Buffer[] = [];
    for (let at = 0, more = true; more; at++) {
      const block = uintOption(optionNumber.block2, at * 16 + 2);
      const { payload, options } = await ask(path, accept(format), block);
      blocks.push(payload);
      more = ((optionUint(options, optionNumber.block2) ?? 0) & 8) !== 0;
    }
    return Buffer.concat(blocks);
  };
  for (const path of ['/.well-known/wot', '/things/probe']) {
    const td = JSON.parse((await whole(path, 432)).toString());
    expect(decode(await whole(path, 60))).toEqual(td);
    expect(JSON.parse((await whole(path, 50)).toString())).toEqual(td);
  }
});
