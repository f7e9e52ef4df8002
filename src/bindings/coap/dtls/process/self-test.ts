import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../../contracts/clock.ts';
import type { Address } from '../../endpoint/endpoint.ts';
import { DtlsConnection } from './dtls-connection.ts';
import { DtlsServer, defaultLimits } from './dtls-server.ts';
import type { OpenSsl } from './openssl.ts';

const peer: Address = { address: '127.0.0.1', port: 1 };

/** Shakes hands with itself over memory and sends a message each way; throws an Error where that does not work. */
export function selfTest(openSsl: OpenSsl): void {
  const key = randomBytes(16);
  const toServer: Buffer[] = [];
  const toClient: Buffer[] = [];
  const log: string[] = [];
  const server = new DtlsServer(
    {
      openSsl,
      clock: systemClock,
      limits: defaultLimits,
      transmit: (datagram) => toClient.push(datagram),
      began: ({ identity }) =>
        log.push(`began by ${identity?.scheme === 'psk' ? identity.identity : 'nobody'}`),
      message(association, bytes) {
        log.push(Buffer.from(bytes).toString());
        association.session.send(Buffer.from('answer'));
      },
      ended: (_association, reason) => log.push(reason),
    },
    { psk: new Map([['self-test', key]]) },
  );
  const client = new DtlsConnection({
    openSsl,
    clock: systemClock,
    credentials: { psk: { identity: 'self-test', key } },
    host: peer.address,
    events: {
      transmit: (datagram) => toServer.push(datagram),
      up: () => undefined,
      message: (bytes) => log.push(Buffer.from(bytes).toString()),
      ended: (reason) => log.push(reason),
      late: (reason) => log.push(reason),
    },
  });
  const exchange = (): void => {
    while (toServer.length + toClient.length > 0) {
      for (const datagram of toServer.splice(0)) server.receive(datagram, peer);
      for (const datagram of toClient.splice(0)) client.receive(datagram);
    }
  };
  client.begin();
  exchange();
  client.send(Buffer.from('question'));
  exchange();
  client.close();
  exchange();
  server.close();
  if (log.join() !== 'began by self-test,question,answer,the peer closed it') {
    throw new Error(`the handshake with itself failed (${log.join(', ') || 'nothing happened'})`);
  }
}
