import { describe, expect, test } from 'vitest';
import { openApi } from '../../src/bindings/http/openapi/openapi.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';

function td(members: object): ThingDescription {
  return {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    title: 'Lamp',
    security: 'n',
    securityDefinitions: { n: { scheme: 'nosec' } },
    ...members,
  };
}

describe('addresses', () => {
  test('variables, fixed queries, methods and servers of their own are told', () => {
    const document = openApi(
      td({
        base: 'https://lamp.example/api/',
        uriVariables: { room: { type: 'string' }, tags: { type: 'array', description: 'Tags' } },
        properties: {
          level: {
            type: 'integer',
            forms: [
              { href: 'coap://lamp.example/level', op: 'readproperty' },
              { href: 'rooms/{room}/level{?tags,more*}', op: 'readproperty' },
              { href: 'https://other.example/level?mode=w', op: 'writeproperty', 'htv:methodName': 'POST' },
            ],
          },
        },
      }),
    );
    expect(document).toMatchObject({
      servers: [{ url: 'https://lamp.example' }],
      paths: {
        '/api/rooms/{room}/level': {
          get: {
            parameters: [
              { name: 'room', in: 'path', required: true, schema: { type: 'string' } },
              { name: 'tags', in: 'query', explode: false, description: 'Tags', schema: { type: 'array' } },
              { name: 'more', in: 'query', schema: { type: 'string' } },
            ],
          },
        },
        '/level': {
          servers: [{ url: 'https://other.example' }],
          post: { parameters: [{ name: 'mode', in: 'query', required: true, schema: { enum: ['w'] } }] },
        },
      },
    });
  });

  test('what needs another protocol or a subprotocol that is no request is left out', () => {
    const forms = [
      { href: 'ws://lamp.example/things', subprotocol: 'webthingprotocol' },
      { href: 'http://lamp.example/hook', subprotocol: 'websub' },
    ];
    expect(openApi(td({ events: { hot: { forms } } }))).toMatchObject({ paths: {} });
    const polled = [{ href: 'http://lamp.example/hot', subprotocol: 'longpoll' }];
    const { paths } = openApi(td({ events: { hot: { data: { type: 'integer' }, forms: polled } } }));
    expect(paths).toMatchObject({
      '/hot': { get: { responses: { 200: { content: { 'application/json': {} } } } } },
    });
  });
});

describe('security', () => {
  const flows = { authorization: 'https://as.example/a', token: 'https://as.example/t', scopes: ['read'] };
  const definitions = {
    none: { scheme: 'nosec' },
    basic: { scheme: 'basic' },
    bearer: { scheme: 'bearer', format: 'opaque' },
    key: { scheme: 'apikey', in: 'query', name: 'k' },
    code: { scheme: 'oauth2', flow: 'code', ...flows },
    shared: { scheme: 'psk' },
    either: { scheme: 'combo', oneOf: ['basic', 'code', 'none'] },
    both: { scheme: 'combo', allOf: ['key', 'either'] },
    endless: { scheme: 'combo', oneOf: ['endless', 'basic'] },
  };
  const forms = [{ href: 'http://lamp.example/x' }];
  const secured = (security: unknown) =>
    openApi(td({ security, securityDefinitions: definitions, actions: { a: { forms } } }));

  test('schemes have their OpenAPI names', () => {
    expect(secured('none')['components']).toHaveProperty('securitySchemes', {
      basic: { type: 'http', scheme: 'basic' },
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'opaque' },
      key: { type: 'apiKey', in: 'query', name: 'k' },
      code: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: 'https://as.example/a',
            tokenUrl: 'https://as.example/t',
            scopes: { read: '' },
          },
        },
      },
    });
  });

  test.each([
    ['none', [{}]],
    ['code', [{ code: ['read'] }]],
    [['key', 'basic'], [{ key: [], basic: [] }]],
    ['either', [{ basic: [] }, { code: ['read'] }, {}]],
    ['both', [{ key: [], basic: [] }, { key: [], code: ['read'] }, { key: [] }]],
  ])('%j is what a caller must show', (security, expected) => {
    expect(secured(security)['security']).toEqual(expected);
  });

  test('a combo without end has one here', () => {
    expect(secured('endless')['security']).toContainEqual({ basic: [] });
  });
});
