import { describe, expect, it } from 'vitest';
import { WotError } from '../../src/contracts/errors.ts';
import { type ModelOptions, thingFromModel } from '../../src/td/thing-model.ts';

type Members = Readonly<Record<string, unknown>>;

const context = 'https://www.w3.org/2022/wot/td/v1.1';
const base = 'https://models.example/';

function tm(members: Members = {}): Members {
  return { '@context': context, '@type': 'tm:ThingModel', title: 'Lamp', ...members };
}

/** Resolves models from a table, by file name. */
function library(models: Members): Pick<ModelOptions, 'resolve' | 'uri'> {
  return { uri: `${base}lamp.tm.json`, resolve: (uri) => models[uri.slice(base.length)] };
}

const refusal = (code: string, message: RegExp): object =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('derivation (TD 1.1 section 9.4)', () => {
  it('leaves no tm: term, keeps the rest', async () => {
    const model = tm({
      '@type': ['tm:ThingModel', 'saref:Lamp'],
      version: { model: '2.1.0' },
      links: [
        { rel: 'tm:submodel', href: 'x.tm.json' },
        { rel: 'item', href: 'y' },
      ],
      properties: { on: { type: 'boolean' } },
      'tm:required': ['#/properties/on'],
    });
    expect(await thingFromModel(model, { uri: `${base}lamp.tm.json` })).toEqual({
      '@context': context,
      '@type': ['saref:Lamp'],
      title: 'Lamp',
      version: { instance: '1.0.0', model: '2.1.0' },
      links: [
        { rel: 'item', href: 'y' },
        { rel: 'type', href: `${base}lamp.tm.json`, type: 'application/tm+json' },
      ],
      properties: { on: { type: 'boolean' } },
    });
  });

  it('takes JSON text and gives the Thing its own title', async () => {
    const { title, ...model } = tm();
    expect(await thingFromModel(JSON.stringify(model), { title: 'Mine' })).toEqual({
      '@context': context,
      title: 'Mine',
    });
    await expect(thingFromModel(model)).rejects.toEqual(refusal('THING_MODEL_INVALID', /no title/));
  });

  it('keeps optional affordances only where asked (tm-tmOptional)', async () => {
    const model = tm({
      properties: { 'a/b': {}, c: {} },
      actions: { d: {} },
      'tm:optional': ['/properties/a~1b', '/properties/c', '/actions/d'],
    });
    expect(await thingFromModel(model, { include: ['/properties/c'] })).toEqual({
      '@context': context,
      title: 'Lamp',
      properties: { c: {} },
      actions: {},
    });
    await expect(thingFromModel(model, { include: ['/events/e'] })).rejects.toEqual(
      refusal('THING_MODEL_INVALID', /\/events\/e is not optional/),
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['a TD', { '@context': context, title: 'x' }, /"@type" does not say so/],
    ['an array', [], /no JSON object/],
    ['text that is no JSON', '{', /The JSON ends too early at line 1, column 2/],
    ['what has no JSON', { a: 1n }, /JSON/],
    [
      'a wrong type',
      tm({ properties: { p: { type: 'int' } } }),
      /not valid at \/properties\/p\/type: "int" is not allowed/,
    ],
  ])('refuses %s', async (_, model, message) => {
    await expect(thingFromModel(model as object)).rejects.toEqual(refusal('THING_MODEL_INVALID', message));
  });
});

describe('placeholders', () => {
  const model = tm({
    title: '{{PLACE}} lamp {{NUMBER}}',
    properties: {
      p: {
        minimum: '{{MINIMUM}}',
        observable: '{{FLAG}}',
        enum: '{{CHOICES}}',
        description: 'One of {{CHOICES}}',
      },
    },
  });
  const placeholders = { PLACE: 'Hall', NUMBER: 7, MINIMUM: -2.5, FLAG: true, CHOICES: [1, 2] };

  it('fills several per value and gives values their type (tm-placeholder-retyping)', async () => {
    expect(await thingFromModel(model, { placeholders })).toEqual({
      '@context': context,
      title: 'Hall lamp 7',
      properties: { p: { minimum: -2.5, observable: true, enum: [1, 2], description: 'One of [1,2]' } },
    });
  });

  it('names those without a value', async () => {
    const { FLAG, NUMBER, ...some } = placeholders;
    await expect(thingFromModel(model, { placeholders: some })).rejects.toEqual(
      refusal('THING_MODEL_INVALID', /no value: NUMBER, FLAG\./),
    );
    await expect(thingFromModel(tm({ title: '{{constructor}}' }))).rejects.toEqual(
      refusal('THING_MODEL_INVALID', /no value: constructor/),
    );
  });

  it('checks what came in their place', async () => {
    await expect(
      thingFromModel(model, { placeholders: { ...placeholders, MINIMUM: 'low' } }),
    ).rejects.toEqual(refusal('THING_MODEL_INVALID', /\/properties\/p\/minimum/));
  });
});

describe('tm:ref', () => {
  it('imports and patches (tm-tmRef-overwrite-process)', async () => {
    const model = tm({
      schemaDefinitions: { percent: { type: 'number', minimum: 0, maximum: 100, unit: '%' } },
      properties: {
        level: { 'tm:ref': '#/schemaDefinitions/percent', unit: null, maximum: 50, title: 'Level' },
        other: { 'tm:ref': 'base.tm.json#/properties/state' },
      },
    });
    const models = {
      'base.tm.json': tm({
        properties: { state: { 'tm:ref': '#/properties/inner' }, inner: { type: 'string' } },
      }),
    };
    const { properties } = await thingFromModel(model, library(models));
    expect(properties).toEqual({
      level: { type: 'number', minimum: 0, maximum: 50, title: 'Level' },
      other: { type: 'string' },
    });
  });

  it.each<[string, Members, RegExp]>([
    ['itself', { p: { 'tm:ref': '#/properties/p' } }, /leads back to itself/],
    [
      'a circle',
      { p: { 'tm:ref': '#/properties/q' }, q: { 'tm:ref': '#/properties/p' } },
      /leads back to itself/,
    ],
    [
      'a circle through another document',
      { p: { 'tm:ref': 'loop.tm.json#/properties/p' } },
      /leads back to itself/,
    ],
    ['nothing', { p: { 'tm:ref': '#/properties/q' } }, /leads to no definition/],
    ['no pointer', { p: { 'tm:ref': 'loop.tm.json' } }, /leads to no definition/],
    ['what every object inherits', { p: { 'tm:ref': '#/constructor' } }, /leads to no definition/],
  ])('refuses a reference to %s (tm-ref-recursive-extensions)', async (_, properties, message) => {
    const models = { 'loop.tm.json': tm({ properties: { p: { 'tm:ref': 'lamp.tm.json#/properties/p' } } }) };
    await expect(thingFromModel(tm({ properties }), library(models))).rejects.toEqual(
      refusal('THING_MODEL_INVALID', message),
    );
  });

  it('refuses references that double at every step', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `p${index}`,
        {
          properties: {
            a: { 'tm:ref': `#/properties/p${index + 1}` },
            b: { 'tm:ref': `#/properties/p${index + 1}` },
          },
        },
      ]),
    );
    await expect(thingFromModel(tm({ properties: { ...properties, p60: {} } }))).rejects.toEqual(
      refusal('THING_MODEL_INVALID', /grows beyond measure|too deep/),
    );
  });
});

describe('tm:extends', () => {
  const extending = (href: string, members: Members = {}): Members =>
    tm({ links: [{ rel: 'tm:extends', href, type: 'application/tm+json' }], ...members });

  it('inherits through several models, placeholders and optional affordances included', async () => {
    const models = {
      'dimmer.tm.json': extending('switch.tm.json', {
        title: 'Dimmer',
        version: { model: '3' },
        properties: { level: { type: 'number', maximum: '{{MAXIMUM}}' } },
      }),
      'switch.tm.json': tm({
        '@context': [context, { saref: 'https://w3id.org/saref#' }],
        '@type': ['tm:ThingModel', 'saref:Switch'],
        properties: { on: { type: 'boolean', description: 'base' }, gone: {} },
        events: { broken: {} },
        'tm:optional': ['/events/broken'],
        links: [{ rel: 'license', href: 'l' }],
      }),
    };
    const model = extending('dimmer.tm.json', { properties: { on: { description: 'own' }, gone: null } });
    const thing = await thingFromModel(model, { ...library(models), placeholders: { MAXIMUM: 9 } });
    expect(thing).toEqual({
      '@context': [context, { saref: 'https://w3id.org/saref#' }],
      '@type': ['saref:Switch'],
      title: 'Lamp',
      properties: { on: { type: 'boolean', description: 'own' }, level: { type: 'number', maximum: 9 } },
      events: {},
      links: [
        { rel: 'license', href: 'l' },
        { rel: 'type', href: `${base}lamp.tm.json`, type: 'application/tm+json' },
      ],
    });
  });

  it('takes models as text and bytes, fetches each once', async () => {
    const fetched: string[] = [];
    const bytes = new TextEncoder().encode(
      JSON.stringify(tm({ properties: { p: {}, q: { 'tm:ref': '#/properties/p' } } })),
    );
    const resolve = (uri: string): Promise<unknown> => {
      fetched.push(uri);
      return Promise.resolve(bytes);
    };
    const model = extending('a.json', { actions: { b: { 'tm:ref': 'a.json#/properties/p' } } });
    expect(await thingFromModel(model, { resolve, uri: base })).toMatchObject({
      properties: { p: {}, q: {} },
      actions: { b: {} },
    });
    expect(fetched).toEqual([`${base}a.json`]);
  });

  it.each<[string, Members, RegExp]>([
    ['itself', extending('lamp.tm.json'), /leads back to itself/],
    ['a circle', extending('round.tm.json'), /leads back to itself/],
    ['what is no object', extending('list.tm.json'), /list\.tm\.json is no JSON object/],
  ])('refuses to extend %s (tm-ref-recursive-extensions)', async (_, model, message) => {
    const models = { 'round.tm.json': extending('lamp.tm.json'), 'list.tm.json': [] };
    await expect(thingFromModel(model, library(models))).rejects.toEqual(
      refusal('THING_MODEL_INVALID', message),
    );
  });

  it('tells when a model cannot be had', async () => {
    await expect(thingFromModel(extending('a'))).rejects.toEqual(
      refusal('THING_MODEL_INVALID', /Give a resolve function/),
    );
    const down = (): never => {
      throw new Error('socket hang up');
    };
    await expect(thingFromModel(extending('a'), { resolve: down })).rejects.toEqual(
      refusal('THING_MODEL_UNAVAILABLE', /at a cannot be fetched/),
    );
    const refused = new WotError('forbidden', 'NO', 'no');
    await expect(thingFromModel(extending('a'), { resolve: () => Promise.reject(refused) })).rejects.toBe(
      refused,
    );
  });

  it('bounds how many documents are fetched', async () => {
    const resolve = (uri: string): Members => extending(`${uri}x`);
    await expect(thingFromModel(extending('a'), { resolve })).rejects.toEqual(
      refusal('THING_MODEL_INVALID', /more than 64 documents/),
    );
  });
});
