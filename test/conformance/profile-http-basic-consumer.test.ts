import { describe, expect, test } from 'vitest';
import type { Invocation } from '../../src/consumer/invocation.ts';
import { profileConsumer } from '../support/profile-consumer.ts';
import type { PeerRequest } from '../support/profile-peer.ts';

const consumer = profileConsumer();

const { sent } = consumer;
const lines = (): readonly string[] => sent().map(({ method, path }) => `${method} ${path}`);
const invoke = (action: string, input?: unknown) =>
  consumer.thing.actions[action]?.invoke(input) as Promise<unknown>;
const begin = async (action: string, input?: unknown) => (await invoke(action, input)) as Invocation<unknown>;

/** What every request without an input looks like. */
function expectNoContent(request: PeerRequest | undefined): void {
  expect(request?.headers).not.toHaveProperty('content-type');
  expect(request?.body).toBe('');
}

describe('properties', () => {
  test('are read where the right form says, by GET, as JSON [http-basic-profile-protocol-binding-readproperty-1, http-basic-profile-protocol-binding-readproperty-3, http-basic-profile-protocol-binding-readproperty-4]', async () => {
    expect(await consumer.thing.properties['level']?.read()).toBe(7);
    expect(lines()).toEqual(['GET /kiln/p/level']);
    expect(sent()[0]?.headers.accept).toBe('application/json');
    expectNoContent(sent()[0]);
  });

  test('are written where the right form says, by PUT, as JSON [http-basic-profile-protocol-binding-writeproperty-1, http-basic-profile-protocol-binding-writeproperty-3, http-basic-profile-protocol-binding-writeproperty-4]', async () => {
    await consumer.thing.properties['level']?.write(9);
    expect(lines()).toEqual(['PUT /kiln/p/level']);
    expect(sent()[0]?.headers['content-type']).toBe('application/json');
    expect(sent()[0]?.body).toBe('9');
  });

  test('are read all at once by the form of the Thing [http-basic-profile-protocol-binding-readallproperties-1, http-basic-profile-protocol-binding-readallproperties-3, http-basic-profile-protocol-binding-readallproperties-4]', async () => {
    expect(await consumer.thing.readAll()).toEqual({ level: 7, mode: 'off' });
    expect(lines()).toEqual(['GET /kiln/p']);
    expect(sent()[0]?.headers.accept).toBe('application/json');
    expectNoContent(sent()[0]);
  });

  test('are written several at once by the form of the Thing [http-basic-profile-protocol-binding-writemultipleproperties-1, http-basic-profile-protocol-bindings-writemultipleproperties-3, http-basic-profile-protocol-binding-writemultipleproperties-4]', async () => {
    await consumer.thing.writeMultiple({ level: 3 });
    expect(lines()).toEqual(['PUT /kiln/p']);
    expect(sent()[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(sent()[0]?.body ?? '')).toEqual({ level: 3 });
  });
});

describe('actions', () => {
  test('are invoked where the right form says, by POST, with the input as JSON [http-basic-profile-protocol-binding-invokeaction-1, http-basic-profile-protocol-binding-invokeaction-3, http-basic-profile-protocol-binding-invokeaction-4]', async () => {
    expect(await invoke('estimate', 900)).toBe(6);
    expect(lines()).toEqual(['POST /kiln/a/estimate']);
    expect(sent()[0]?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
    });
    expect(sent()[0]?.body).toBe('900');
  });

  test('without an input are invoked without a Content-Type [http-basic-profile-protocol-binding-invokeaction-5]', async () => {
    await invoke('beep');
    expect(sent()[0]?.headers['content-length']).toBe('0');
    expectNoContent(sent()[0]);
  });

  test('may answer in all three ways [http-basic-profile-protocol-binding-invokeaction-13]', async () => {
    expect(await invoke('estimate', 900)).toBe(6);
    expect(await invoke('beep')).toBeUndefined();
    expect(await (await begin('fire', 900)).result).toBe(900);
    await expect((await begin('crack')).result).rejects.toMatchObject({ message: 'The tile cracked.' });
    await expect(invoke('teapot')).rejects.toMatchObject({ message: 'I am a teapot.' });
  });

  test('fail with any error status, as 4xx or 5xx in general [common-constraints-errors-6]', async () => {
    await expect(invoke('teapot')).rejects.toMatchObject({ kind: 'invalid', details: { status: 418 } });
    await expect(invoke('broken')).rejects.toMatchObject({ kind: 'internal', details: { status: 599 } });
  });
});

describe('an invocation', () => {
  test('is asked for by GET at the address that it was given [http-basic-profile-protocol-binding-queryaction-2, http-basic-profile-protocol-binding-queryaction-3]', async () => {
    const invocation = await begin('fire', 900);
    expect(await invocation.status()).toMatchObject({ status: 'completed', output: 900 });
    expect(lines()).toEqual(['POST /kiln/a/fire', 'GET /kiln/a/fire/1']);
    expect(sent()[1]?.headers.accept).toBe('application/json');
    expectNoContent(sent()[1]);
  });

  test('is cancelled by DELETE at the address that it was given [http-basic-profile-protocol-binding-cancelaction-2, http-basic-profile-protocol-binding-cancelaction-3]', async () => {
    await (await begin('crack')).cancel();
    expect(lines()).toEqual(['POST /kiln/a/crack', 'DELETE /kiln/a/crack/1']);
    expectNoContent(sent()[1]);
  });

  test('stands in a list that the form of the Thing leads to [http-basic-profile-protocol-binding-queryallactions-1, http-basic-profile-protocol-binding-queryallactions-3, http-basic-profile-protocol-binding-queryallactions-4]', async () => {
    expect(await consumer.thing.queryAllActions()).toMatchObject({ fire: [{ status: 'running' }] });
    expect(lines()).toEqual(['GET /kiln/a']);
    expect(sent()[0]?.headers.accept).toBe('application/json');
    expectNoContent(sent()[0]);
  });
});
