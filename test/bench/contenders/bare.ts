import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { Aedes } from 'aedes';
import { bareCoap, bareObserved } from './bare-coap.ts';
import { bareHttp, bareSse, oneThing } from './bare-http.ts';
import { bareWebsocket } from './bare-websocket.ts';
import { runContender } from './contender.ts';

/** aedes alone, publishing from inside. */
async function bareMqtt() {
  const broker = await Aedes.createBroker();
  const packet = { cmd: 'publish', topic: 'beat', qos: 0, retain: false, dup: false } as const;
  broker.subscribe(
    'emit',
    ({ payload }, done) => {
      const count = Number(payload);
      for (let beat = 0; beat < count; beat++) {
        broker.publish({ ...packet, payload: Buffer.from(JSON.stringify(beat)) }, () => {});
      }
      done();
    },
    () => {},
  );
  const server = createTcpServer({ noDelay: true }, broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke: 'emit',
    event: 'beat',
  };
}

await runContender({
  http: bareHttp,
  sse: bareSse,
  websocket: bareWebsocket,
  scale: oneThing,
  coap: bareCoap,
  'coap-observe': bareObserved,
  mqtt: bareMqtt,
});
