import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { Aedes } from 'aedes';
import { bareHttp, bareSse, oneThing } from './bare-http.ts';
import { bareWebsocket } from './bare-websocket.ts';
import { runContender } from './contender.ts';

const value = 21;

/** node:dgram that acknowledges any CoAP request with 2.05 and a JSON value, or 2.04. */
async function bareCoap() {
  const socket = createSocket('udp4', (request, { port, address }) => {
    const token = request.subarray(4, 4 + (request.readUInt8(0) & 15));
    const get = request.readUInt8(1) === 1;
    const head = Buffer.from([0x60 | token.length, get ? 0x45 : 0x44, ...request.subarray(2, 4), ...token]);
    // Content-Format application/json, then the payload marker (RFC 7252 sections 3 and 12.3).
    const body = get
      ? Buffer.concat([Buffer.from([0xc1, 50, 0xff]), Buffer.from(JSON.stringify(value))])
      : '';
    socket.send(Buffer.concat([head, Buffer.from(body)]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { url: `coap://127.0.0.1:${socket.address().port}/` };
}

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
  mqtt: bareMqtt,
});
