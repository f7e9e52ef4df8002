import { expect, test, vi } from 'vitest';
import type { DtlsChild, LinkListener } from '../../src/bindings/coap/dtls/dtls-child.ts';
import { DtlsClientCarrier } from '../../src/bindings/coap/dtls/dtls-client-carrier.ts';
import { fakeClock } from '../support/fake-clock.ts';

test('messages that the process tells of at once are heard one after the other', async () => {
  let link: LinkListener | undefined;
  const child = {
    addLink(listener: LinkListener) {
      link = listener;
      return 1;
    },
    say: () => undefined,
    keepAlive: () => undefined,
  } as unknown as DtlsChild;
  const to = { host: 'localhost', address: '127.0.0.1', port: 1 };
  const carrier = new DtlsClientCarrier(child, {
    to,
    href: 'coaps://localhost:1',
    security: {},
    clock: fakeClock(),
  });
  const told: string[] = [];
  const opening = carrier.open({
    datagram(bytes) {
      told.push(bytes.toString());
      void Promise.resolve()
        .then(() => undefined)
        .then(() => told.push('heard'));
    },
    failed: (error) => told.push(error.message),
  });
  link?.note({ is: 'begun', link: 1, session: 5, address: to.address, port: to.port });
  for (const message of ['first', 'second']) link?.message(5, Buffer.from(message));
  link?.note({ is: 'ended', link: 1, session: 5, reason: 'bye' });
  await opening;
  await vi.waitFor(() =>
    expect(told).toEqual(['first', 'heard', 'second', 'heard', 'The DTLS session is over: bye']),
  );
});
