import { expect, test } from 'vitest';
import { TopicSpace } from '../../src/bindings/mqtt/messages/topic-space.ts';
import { ReceivedRequests, type ReceivingContext } from '../../src/bindings/mqtt/server/received-requests.ts';
import { silentLogger } from '../../src/contracts/logger.ts';

test('a retained request that comes twice is removed once, and its removal is no request', async () => {
  const cleared: string[] = [];
  const asked: string[] = [];
  const requests = new ReceivedRequests({
    publisher: { retain: (topic: string) => cleared.push(topic), publishOrLose() {} },
    topics: new TopicSpace(),
    logger: silentLogger,
    limits: { body: 1000, nesting: 10 },
    isServed: () => true,
    routeOf: (base: string) => ({ run: async () => void asked.push(base) }),
  } as unknown as ReceivingContext);
  const topic = 'things/lamp/actions/blink/invoke';
  const message = { cmd: 'publish', topic, qos: 1, dup: false } as const;
  for (let count = 0; count < 2; count++)
    requests.take({ ...message, payload: Buffer.from('1'), retain: true });
  for (const _ of cleared) requests.take({ ...message, payload: Buffer.alloc(0), retain: false });
  requests.take({ ...message, topic: `${topic}/me/1`, payload: Buffer.alloc(0), retain: false });
  await expect.poll(() => asked).toEqual([topic]);
});
