import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Aedes, type AedesPublishPacket } from 'aedes';
import type { Target } from '../bench-messages.ts';

/** Where a broker without Things is asked for events, and tells them. */
export const bareTopics = {
  ...{ invoke: 'emit', event: 'beat' },
  ...{ invokeLasting: 'emit-lasting', lastingEvent: 'lasting-beat' },
} as const;

const packet = { cmd: 'publish', qos: 0, retain: false, dup: false } as const;

/** aedes alone, publishing from inside. */
export async function bareMqtt(): Promise<Target> {
  const { broker, url } = await listening();
  const emitAt = (action: string, topic: string, qos: 0 | 1) =>
    take(broker, action, ({ payload }) => {
      for (let beat = 0; beat < Number(payload); beat++) {
        broker.publish({ ...packet, topic, qos, payload: Buffer.from(JSON.stringify(beat)) }, () => {});
      }
    });
  emitAt(bareTopics.invoke, bareTopics.event, 0);
  emitAt(bareTopics.invokeLasting, bareTopics.lastingEvent, 1);
  return { url, ...bareTopics };
}

/** aedes that answers any write, and checks nothing. */
export async function bareMqttWrite(): Promise<Target> {
  const { broker, url } = await listening();
  let value: unknown;
  take(broker, 'things/+/properties/+/set/+/+', ({ topic, payload }) => {
    value = JSON.parse(payload.toString());
    const result = { status: value === undefined ? 'invalid' : 'ok' };
    const answer = { topic: topic.replace('/set/', '/reply/'), payload: Buffer.from(JSON.stringify(result)) };
    broker.publish({ ...packet, ...answer }, () => {});
  });
  return { url, write: 'things/bench/properties/level/set' };
}

function take(broker: Aedes, filter: string, use: (packet: AedesPublishPacket) => void): void {
  const deliver = (message: AedesPublishPacket, done: () => void): void => {
    use(message);
    done();
  };
  broker.subscribe(filter, deliver, () => {});
}

async function listening(): Promise<{ readonly broker: Aedes; readonly url: string }> {
  const broker = await Aedes.createBroker();
  const server = createServer({ noDelay: true }, broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { broker, url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
