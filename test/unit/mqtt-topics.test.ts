import { describe, expect, test } from 'vitest';
import { isTopicName } from '../../src/bindings/mqtt/messages/topic-names.ts';
import { encodeLevel, TopicSpace } from '../../src/bindings/mqtt/messages/topic-space.ts';
import { decodedOrSame } from '../../src/td/percent-encoding.ts';
import { isTopicFilter, matchesFilter } from '../../src/td/topic-filter.ts';

const topics = new TopicSpace();

describe('names in topics', () => {
  test.each(['plain', 'with space', 'a/b', 'a.b', 'a+b', '#1', '$SYS', '50%', '漢字', '?x'])(
    '%s comes back',
    (name) => {
      expect(encodeLevel(name)).not.toMatch(/[/+#$\s?.]/);
      expect(decodedOrSame(encodeLevel(name))).toBe(name);
    },
  );

  test('a lone surrogate and a broken triplet are no reason to fail', () => {
    expect(encodeLevel('\uD800')).toBe('%EF%BF%BD');
    expect(decodedOrSame('50%')).toBe('50%');
  });

  test('affordances lie below their Thing', () => {
    expect(topics.affordance('a b', 'properties', 'x/y')).toBe('things/a%20b/properties/x%2Fy');
  });
});

describe('request topics', () => {
  test.each([
    ['things/t/properties/p/set', { base: 'things/t/properties/p/set', isOp: false }],
    ['things/t/ops/readallproperties', { base: 'things/t/ops/readallproperties', isOp: true }],
    [
      'things/t/actions/a/invoke/me/7',
      {
        base: 'things/t/actions/a/invoke',
        isOp: false,
        replyTopic: 'things/t/actions/a/reply/me/7',
        clientId: 'me',
      },
    ],
    [
      'things/t/properties/p/get/me/7/?unit=F&n=1',
      {
        base: 'things/t/properties/p/get',
        isOp: false,
        replyTopic: 'things/t/properties/p/reply/me/7',
        clientId: 'me',
        query: 'unit=F&n=1',
      },
    ],
  ])('%s', (topic, parts) => {
    expect(topics.parseRequest(topic)).toEqual(parts);
  });

  test('have the prefix', () => {
    const base = 'site/a/things/t/ops/readallproperties';
    expect(new TopicSpace('site/a').parseRequest(`${base}/me/7`)).toEqual({
      ...{ base, isOp: true, clientId: 'me' },
      replyTopic: 'site/a/things/t/ops/reply/me/7',
    });
  });

  test.each([
    'things/t/properties/p',
    'things/t/properties/p/set/me',
    'things/t/properties/p/set/me/7/more',
    'things/t/properties/p/set/m e/7',
    `things/t/properties/p/set/${'c'.repeat(65)}/7`,
    '',
  ])('%s is none', (topic) => {
    expect(topics.parseRequest(topic)).toBeUndefined();
  });

  test('values, results and unknown verbs are not for others to publish', () => {
    const ours = [
      'things/t',
      'things/t/properties/p',
      'things/t/events/e',
      'things/t/properties/p/reply/me/1',
    ];
    for (const topic of [...ours, 'things/t/ops/reply/me/1', 'things/t/events/e/now']) {
      expect(topics.parseRequest(topic), topic).toBeUndefined();
    }
  });
});

describe('topic names and filters', () => {
  test.each([
    ['a/b', true],
    ['/', true],
    ['', false],
    ['a/+', false],
    ['#', false],
    ['a\0b', false],
    ['a\uFFFDb', false],
    ['x'.repeat(65_536), false],
  ])('%j may be published to: %s', (topic, expected) => {
    expect(isTopicName(topic)).toBe(expected);
  });

  test.each([
    ['#', true],
    ['+/+', true],
    ['a/#', true],
    ['a/#/b', false],
    ['a#', false],
    ['+a', false],
    ['', false],
    ['a\0', false],
  ])('%j may be subscribed to: %s', (filter, expected) => {
    expect(isTopicFilter(filter)).toBe(expected);
  });

  // MQTT 3.1.1 section 4.7, its own examples
  test.each([
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/#', 'sport', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/monitor', false],
    ['+/monitor/Clients', '$SYS/monitor/Clients', false],
    ['$SYS/#', '$SYS/monitor', true],
    ['a/b', 'a/c', false],
  ])('%s matches %s: %s', (filter, topic, expected) => {
    expect(matchesFilter(filter, topic)).toBe(expected);
  });
});
