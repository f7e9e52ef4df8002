import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A broker that knows MQTT 3.1.1 alone, as it stands before another one. */
export interface OldBroker {
  readonly url: string;
  /** The protocol levels that clients began with, in order. */
  readonly levels: readonly number[];
  /** Breaks all connections now. */
  cut(): void;
  stop(): Promise<void>;
}

/** Closes connections that begin with another level than 4 without a word, as brokers did before MQTT 5. */
export async function oldBroker(port: number): Promise<OldBroker> {
  const levels: number[] = [];
  const open = new Set<Socket>();
  const server = createServer((near) => {
    open.add(near);
    near.on('error', () => {}).on('close', () => open.delete(near));
    near.once('data', (bytes: Buffer) => {
      // MQTT 3.1.1 section 3.1.2.2
      const level = bytes[bytes.indexOf('MQTT') + 4] ?? 0;
      levels.push(level);
      if (level !== 4) {
        near.destroy();
        return;
      }
      const far = connect(port, '127.0.0.1');
      far.on('error', () => {}).on('close', () => near.destroy());
      near.on('close', () => far.destroy());
      far.write(bytes);
      near.pipe(far).pipe(near);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    levels,
    cut() {
      for (const socket of open) socket.destroy();
    },
    async stop() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
