import type { MqttClient } from 'mqtt';
import { connectionFault } from './connection-error.ts';
import { PacketCounter } from './packet-counter.ts';

/** Ends each connection at a packet that is larger, by its declared length; mqtt.js would put it together first. */
export function boundPackets(client: MqttClient, maxPacket = Number.POSITIVE_INFINITY): void {
  const watch = (): void => {
    const { stream } = client;
    const counter = new PacketCounter(maxPacket);
    stream.on('data', (chunk: Uint8Array) => {
      const fault = counter.accept(chunk);
      if (fault !== undefined) stream.destroy(connectionFault(`the broker sent ${fault}`));
    });
    // A WebSocket that is refused has no code, and without one mqtt.js keeps it to itself.
    stream.on('error', (error: Error) => {
      if (!('code' in error)) client.emit('error', Object.assign(error, { code: error.message }));
    });
  };
  watch();
  client.on('packetsend', ({ cmd }) => cmd === 'connect' && watch());
}
