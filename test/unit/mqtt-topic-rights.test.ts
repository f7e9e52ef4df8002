import { describe, expect, test } from 'vitest';
import { TopicSpace } from '../../src/bindings/mqtt/messages/topic-space.ts';
import { topicUse } from '../../src/bindings/mqtt/messages/topic-use.ts';
import { topicRights } from '../../src/bindings/mqtt/server/topic-rights.ts';
import type { AccessPolicy } from '../../src/contracts/access.ts';
import type { HostedThing } from '../../src/contracts/interaction.ts';
import { openAccess } from '../../src/security/open-access.ts';
import { keepingLogger } from '../support/logged.ts';

const topics = new TopicSpace('site');

test.each([
  ['site/things/my%20lamp', { kind: 'td', thing: 'my lamp' }],
  ['site/things/lamp/status', { kind: 'status', thing: 'lamp' }],
  ['site/things/lamp/else', { kind: 'other', thing: 'lamp' }],
  ['site/things/lamp/properties/a%2Fb', { kind: 'value', thing: 'lamp', affordance: 'a/b', right: 'read' }],
  ['site/things/lamp/events/e', { kind: 'value', thing: 'lamp', affordance: 'e', right: 'subscribe' }],
  ['site/things/lamp/actions/a', { kind: 'other', thing: 'lamp' }],
  ['site/things/lamp/properties/p/set', { kind: 'request', thing: 'lamp', affordance: 'p', right: 'write' }],
  [
    'site/things/lamp/actions/a/cancel/me/1/?b=1',
    { kind: 'request', thing: 'lamp', affordance: 'a', right: 'invoke', clientId: 'me' },
  ],
  ['site/things/lamp/ops/readallproperties/me/1', { kind: 'request', thing: 'lamp', clientId: 'me' }],
  ['site/things/lamp/properties/p/set/not an id/1', { kind: 'other', thing: 'lamp' }],
  ['site/things/lamp/properties/p%2/set', { kind: 'other', thing: 'lamp' }],
  ['site/things/lamp/properties/p/reply/me/1', { kind: 'result', thing: 'lamp', clientId: 'me' }],
  ['site/things/lamp/properties/p/reply', { kind: 'result', thing: 'lamp' }],
  ['site/things/lamp/ops/reply/me/1', { kind: 'result', thing: 'lamp', clientId: 'me' }],
  ['site/servients/one/status', { kind: 'servient', clientId: 'one' }],
  ['site/servients/one', undefined],
  ['site/things/la%6Dp', undefined],
  ['site/things/', undefined],
  ['site/else/lamp', undefined],
  ['things/lamp', undefined],
])('%s means %j', (topic, use) => {
  expect(topicUse(topics, topic)).toEqual(use);
});

describe('rights', () => {
  const lamp = {
    name: 'lamp',
    affordances: { properties: { level: {}, secret: {} }, events: { burnt: {} } },
  } as unknown as HostedThing;
  const policy: AccessPolicy = {
    allows: ({ name }, _right, _thing, affordance) => name === 'anna' && affordance === 'level',
    allowsTopic: (_principal, _act, topic) => topic.startsWith('free/'),
  };
  const { logger, lines } = keepingLogger();
  const rightsOf = (access: AccessPolicy) =>
    topicRights(
      { access, things: new Map([['lamp', lamp]]), logger },
      topics,
      (topic) => topic === 'free/ours',
    );
  const asker = (clientId: string, name = clientId) => ({ clientId, principal: { name, roles: [] } });
  const { receiving } = rightsOf(policy);

  test.each([
    ['site/things/lamp/#', true, false],
    ['site/things/lamp/properties/secret', false, false],
    ['site/things/lamp/properties/+', true, false],
    ['site/things/lamp/+/+/reply/anna/+', true, false],
    ['site/things/lamp/properties/reply', false, false],
    ['site/things/lamp/properties/reply/reply/anna/+', true, false],
    ['site/things/lamp/+/+/reply/#', true, true],
    ['site/things/lamp/ops/reply/ben/1', false, true],
    ['site/things/none/#', true, true],
    ['site/things/none/properties/level', true, true],
    ['site/things/none/properties/level/reply/anna/1', true, false],
    ['free/topic', true, true],
    ['other/topic', false, false],
    ['other/#', true, true],
    ['#', true, true],
    ['site/servients/+/status', true, true],
  ])('a subscription to %s: anna %s, ben %s', (filter, anna, ben) => {
    expect([asker('anna'), asker('ben')].map((each) => receiving?.maySubscribe(filter, each))).toEqual([
      anna,
      ben,
    ]);
  });

  test('nobody asks in the name of another client, leaves a request lying about, or takes what is the servient’s', () => {
    const { publication } = rightsOf(policy);
    const become = (topic: string, retain = false) => publication(topic, asker('one', 'anna'), retain);
    const request = 'site/things/lamp/properties/level/set';
    expect([request, `${request}/one/1`, 'free/topic'].map((topic) => become(topic))).toEqual([
      'publish',
      'publish',
      'publish',
    ]);
    expect([become(`${request}/two/1`), become(request, true), become('free/ours')]).toEqual([
      'drop',
      'drop',
      'drop',
    ]);
    const unknown = 'site/things/none/properties/level/set';
    expect([become(`${request}/one/1`, true), become(`${unknown}/one/1`), become(unknown)]).toEqual([
      'answer',
      'answer',
      'drop',
    ]);
  });

  test('where everyone may everything, deliveries are not looked at', () => {
    const open = rightsOf(openAccess);
    expect(open.receiving).toBeUndefined();
    const level = 'site/things/lamp/properties/level';
    expect(open.publication(`${level}/set/two/1`, asker('one'), false)).toBe('publish');
    expect(open.publication(level, asker('one'), false)).toBe('drop');
  });

  test('a policy that fails denies', () => {
    const fails = (): never => {
      throw new Error('no');
    };
    const failing = rightsOf({ allows: fails, allowsTopic: fails });
    expect(failing.receiving?.mayReceive('site/things/lamp/properties/level', asker('anna'))).toBe(false);
    expect(failing.publication('free/topic', asker('anna'), false)).toBe('drop');
    expect(lines).toMatchObject([{ level: 'error' }, { level: 'error' }]);
  });
});
