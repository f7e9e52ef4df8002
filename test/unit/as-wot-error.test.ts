import { expect, test, vi } from 'vitest';
import { TopicSpace } from '../../src/bindings/mqtt/messages/topic-space.ts';
import { answerRequest } from '../../src/bindings/mqtt/server/mqtt-answer.ts';
import { anonymous } from '../../src/contracts/access.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { asWotError } from '../../src/interaction/as-wot-error.ts';

const silent = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

test('an answer passes', () => {
  const answer = new WotError('not-found', 'NOWHERE', 'It is not here.');
  expect(asWotError(answer, silent, { code: 'INTERNAL', what: 'It failed' })).toBe(answer);
  expect(silent.error).not.toHaveBeenCalled();
});

test('a bug of the MQTT binding is logged, named as its own, and hidden from the peer', async () => {
  const bug = new TypeError('secret');
  const logger = { ...silent, error: vi.fn() };
  const topic = 'things/lamp/properties/level/get/me/1';
  const answer = await answerRequest(
    { cmd: 'publish', topic, payload: '', qos: 0, dup: false, retain: false },
    {
      principal: anonymous,
      topics: new TopicSpace(),
      answersForAll: true,
      isServed: () => true,
      routeOf: () => {
        throw bug;
      },
      contentType: 'application/json',
      responseTopics: [],
      limits: { body: 10, nesting: 10, queue: 10 },
      overloaded: false,
      logger,
    },
  );
  const what = `The MQTT server failed to answer a request at ${topic}`;
  const correlationId = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(logger.error).toHaveBeenCalledExactlyOnceWith(what, { correlationId, error: bug });
  const told = String(answer?.payload);
  expect(JSON.parse(told)).toMatchObject({
    status: 'internal',
    problem: { code: 'INTERNAL', correlationId },
  });
  expect(told).toContain(what);
  expect(told).not.toContain('secret');
});
