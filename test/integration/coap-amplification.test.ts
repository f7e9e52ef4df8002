import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { blockOption, readBlock } from '../../src/bindings/coap/messages/block.ts';
import type { CoapOption, Message } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionBytes,
  optionNumber,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import type { Notification } from '../../src/contracts/binding.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { coapThing } from '../support/coap-thing.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { needs } from '../support/system-parts.ts';
import { type UdpPeer, udpPeer } from '../support/udp-peer.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const text = 'x'.repeat(100_000);
const quoted = JSON.stringify(text);

/** A servient whose peers on this host are as little trusted as those of the network. */
async function tank(clock: FakeClock | undefined = fakeClock()) {
  const servient = createServient({
    bindings: [coap({ port: 0, trustLoopback: false })],
    ...(clock && { clock }),
  });
  await servient.start();
  cleanups.push(() => servient.stop());
  let thing: ThingHandle | undefined;
  const slow = Promise.withResolvers<string>();
  await servient.expose({
    td: {
      title: 'Tank',
      properties: {
        level: { type: 'number', observable: true },
        text: { type: 'string', observable: true },
        slow: { type: 'string', readOnly: true },
      },
      actions: { fill: { output: { type: 'string' } }, drain: { synchronous: false } },
    },
    options: { name: 'tank' },
    handlers: (handle) => {
      thing = handle;
      return {
        properties: {
          level: { initial: 0 },
          text: { initial: text },
          slow: { read: () => slow.promise },
        },
        actions: { fill: () => text, drain: () => undefined },
      };
    },
  });
  const port = Number(new URL(servient.addresses[0] ?? '').port);
  const peer = async (): Promise<UdpPeer> => {
    const made = await udpPeer(port);
    cleanups.push(() => made.close());
    return made;
  };
  const base = `${servient.addresses[0]}/things/tank`;
  return { base, peer, slow, clock: clock as FakeClock, thing: thing as ThingHandle };
}

function at(path: string, ...more: readonly CoapOption[]): readonly CoapOption[] {
  return [...path.split('/').map((segment) => textOption(optionNumber.uriPath, segment)), ...more];
}

const observe = uintOption(optionNumber.observe, 0);
const level = 'things/tank/properties/level';
const large = 'things/tank/properties/text';
const echoOf = ({ options }: Message) => optionBytes(options, optionNumber.echo);
const echo = (value: Buffer | undefined) => ({ number: optionNumber.echo, value: value as Buffer });
const sizeOf = ({ options }: Message) => readBlock(options, optionNumber.block2)?.size;

/** When it is answered, all that was sent before has arrived. */
const ping = (peer: UdpPeer) => peer.ask({ code: '0.00', token: Buffer.alloc(0) });

test.each<[string, Partial<Message>]>([
  ['a small GET', { options: at(level) }],
  ['a GET of 100 KB', { options: at(large) }],
  ['a GET without token', { options: at(large), token: Buffer.alloc(0) }],
  ['a non-confirmable GET', { options: at(large), type: 'NON' }],
  [
    'a later block',
    { options: at(large, blockOption(optionNumber.block2, { num: 3, more: false, size: 1024 })) },
  ],
  ['a TD', { options: at('things/tank') }],
  ['the list of Things', { options: at('things') }],
  ['the introduction', { options: at('.well-known/wot') }],
  ['the links', { options: at('.well-known/core') }],
  ['an unknown path', { options: at('nothing') }],
  ['the root', { options: [] }],
  ['an unknown critical option', { options: at(level, { number: 2049, value: Buffer.from('x') }) }],
  ['an action', { code: '0.02', options: at('things/tank/actions/fill') }],
  ['an asynchronous action', { code: '0.02', options: at('things/tank/actions/drain') }],
  ['a wrong write', { code: '0.03', options: at(level), payload: Buffer.from('"full"') }],
  ['an observation', { options: at(level, observe) }],
  ['an observation of 100 KB', { options: at(large, observe) }],
  ['a slow one', { options: at('things/tank/properties/slow') }],
])('to an unverified address goes at most three times what comes from it: %s', async (_what, request) => {
  const { peer, clock, thing, slow } = await tank();
  const victim = await peer();
  const bystander = await peer();
  await victim.message({ token: Buffer.from('tok'), ...request });
  await ping(bystander);
  clock.advance(1500);
  slow.resolve(text);
  for (let change = 1; change <= 10; change++) {
    thing.set('level', change);
    thing.set('text', text + change);
  }
  // Longer than anything is repeated.
  for (let part = 0; part < 25; part++) {
    await ping(bystander);
    clock.advance(4000);
  }
  await ping(bystander);
  const { sent, received } = victim.traffic;
  expect(received).toBeGreaterThan(0);
  expect(received / sent).toBeLessThanOrEqual(3);
});

test('a repeated request earns its own answer, and no more', async () => {
  const { peer } = await tank();
  const victim = await peer();
  for (let time = 0; time < 5; time++) await victim.message({ id: 7, options: at(large) });
  await ping(victim);
  expect(victim.received.filter(({ id }) => id === 7)).toHaveLength(5);
  expect(victim.traffic.received / victim.traffic.sent).toBeLessThanOrEqual(3);
});

test('what is held back is a smaller first block with an Echo; whoever sends that back gets full blocks', async () => {
  const { peer } = await tank();
  const client = await peer();
  const first = await client.ask({ options: at(large) });
  expect([first.code, sizeOf(first), echoOf(first)?.length]).toEqual(['2.05', 32, 8]);
  const verified = await client.ask({ options: at(large, echo(echoOf(first))) });
  expect([verified.code, sizeOf(verified), verified.payload.length]).toEqual(['2.05', 1024, 1024]);
  const later = await client.ask({ options: at('things/tank') });
  expect([sizeOf(later), echoOf(later)]).toEqual([1024, undefined]);
});

test('an Echo is good for its own address alone, for some minutes', async () => {
  const { peer, clock } = await tank();
  const client = await peer();
  const value = echoOf(await client.ask({ options: at(large) }));
  const thief = await peer();
  expect(sizeOf(await thief.ask({ options: at(large, echo(value)) }))).toBeLessThan(1024);
  clock.advance(240_000);
  const stale = await client.ask({ options: at(large, echo(value)) });
  expect(sizeOf(stale)).toBeLessThan(1024);
  expect(sizeOf(await client.ask({ options: at(large, echo(echoOf(stale))) }))).toBe(1024);
  clock.advance(299_000);
  expect(sizeOf(await client.ask({ options: at(large) }))).toBe(1024);
  clock.advance(1000);
  expect(sizeOf(await client.ask({ options: at(large) }))).toBeLessThan(1024);
});

test('an error is its code alone; what was carried out is never asked for again', async () => {
  const { peer } = await tank();
  const client = await peer();
  const unknown = await client.ask({ options: at('nothing/here') });
  expect([unknown.code, unknown.payload.length]).toEqual(['4.04', 0]);
  const detailed = await client.ask({ options: at('nothing/here', echo(echoOf(unknown))) });
  expect(JSON.parse(detailed.payload.toString())).toMatchObject({ code: 'PATH_UNKNOWN' });
  const short = await peer();
  const challenge = await short.ask({ options: at('things'), token: Buffer.alloc(0) });
  expect([challenge.code, echoOf(challenge)?.length]).toEqual(['4.01', 8]);
  const invoked = await short.ask({ code: '0.02', options: at('things/tank/actions/drain') });
  expect(invoked.code).toBe('2.01');
});

test('an observer without Echo goes on at its pace: what it acknowledges it may be sent again', async () => {
  const { peer, thing, clock } = await tank();
  const client = await peer();
  const token = Buffer.from('obs');
  await client.ask({ token, options: at(level, observe) });
  for (let change = 1; change <= 50; change++) {
    clock.advance(4000);
    thing.set('level', change);
    const { id, type, payload } = await client.next((message) => message.token.equals(token));
    expect([type, payload.toString()]).toEqual(['CON', String(change)]);
    await client.message({ type: 'ACK', code: '0.00', id, token: Buffer.alloc(0) });
    await ping(client);
  }
});

test('a registration that is answered with a challenge is none', async () => {
  const clock = fakeClock();
  const slow = Promise.withResolvers<string>();
  const td = { properties: { s: { type: 'string', readOnly: true, observable: true } } } as const;
  const bindings = [coap({ port: 0, trustLoopback: false })];
  const box = await coapThing(td, { properties: { s: { read: () => slow.promise } } }, { bindings, clock });
  cleanups.push(() => box.stop());
  const client = await box.peer();
  const id = await client.message({ options: at('things/box/properties/s', observe) });
  await ping(client);
  clock.advance(1500);
  const { code } = await client.next((message) => message.id === id);
  expect(code).toBe('0.00');
  slow.resolve(text);
  const challenge = await client.next(({ type }) => type === 'CON');
  expect([challenge.code, echoOf(challenge)?.length]).toEqual(['4.01', 8]);
  await client.message({ type: 'ACK', code: '0.00', id: challenge.id });
  await ping(client);
  box.thing.notify('s', 'n');
  for (let part = 0; part < 10; part++) {
    clock.advance(1000);
    await ping(client);
  }
  expect(client.received.filter(({ type }) => type === 'CON')).toEqual([challenge]);
});

test('our client is verified at once, and is told what it observes in full', async () => {
  const { base, thing } = await tank(undefined);
  const client = coapClient();
  cleanups.push(() => client.stop());
  const sent: string[] = [];
  const form = { href: `${base}/properties/text` };
  const read = await client.request({
    op: 'readproperty',
    form,
    timeout: 5000,
    wire: ({ direction, start }) => direction === 'sent' && sent.push(start),
  });
  expect(Buffer.from(read.content?.body ?? []).toString()).toBe(quoted);
  expect(sent.length).toBeLessThan(110);
  const seen: string[] = [];
  const listener = {
    next: ({ content }: Notification) => void seen.push(Buffer.from(content?.body ?? []).toString()),
    failed: () => undefined,
    ended: () => undefined,
  };
  const stop = await client.subscribe({ op: 'observeproperty', form, timeout: 5000 }, listener);
  thing.set('text', `${text}!`);
  await vi.waitFor(() => expect(seen).toEqual([quoted, JSON.stringify(`${text}!`)]), 5000);
  await stop();
});

const { missing, note, command } = needs('coap-client');

test.skipIf(missing)(
  `libcoap's coap-client, which knows no Echo, reads 100 KB and writes${note}`,
  async () => {
    const { base, thing } = await tank(undefined);
    const ask = promisify(execFile);
    const read = await ask(command('coap-client'), [`${base}/properties/text`], { maxBuffer: 1e6 });
    expect(read.stdout.trim()).toBe(quoted);
    await ask(command('coap-client'), ['-m', 'put', '-e', '7', `${base}/properties/level`]);
    expect(thing.get('level')).toBe(7);
  },
);
