/** How much a broker keeps of QoS 2 messages until their publishers release them (MQTT 3.1.1 section 4.3.3). */
export interface IncomingBounds {
  /** Bytes of one client; one message always fits. */
  readonly clientBytes: number;
  readonly bytes: number;
}

interface Client {
  readonly id: string;
}

interface Packet {
  readonly messageId?: number;
  readonly payload?: string | Uint8Array;
}

/** The incoming half of aedes' persistence (package aedes-persistence). */
export interface Incoming {
  incomingStorePacket(client: Client, packet: Packet): Promise<void>;
  incomingDelPacket(client: Client, packet: Packet): Promise<void>;
  cleanIncoming(client: Client): Promise<void>;
}

/** Refuses what does not fit, which ends the publisher's connection. */
export function boundIncoming(persistence: Incoming, bounds: IncomingBounds): void {
  const store = persistence.incomingStorePacket.bind(persistence);
  const remove = persistence.incomingDelPacket.bind(persistence);
  const clean = persistence.cleanIncoming.bind(persistence);
  /** Sizes by client and packet identifier. */
  const held = new Map<string, Map<number, number>>();
  let bytes = 0;

  persistence.incomingStorePacket = async (client, packet) => {
    const own = held.get(client.id) ?? new Map<number, number>();
    const size = packet.payload?.length ?? 0;
    const ownBytes = sum(own.values());
    if (bytes + size > bounds.bytes || (own.size > 0 && ownBytes + size > bounds.clientBytes)) {
      throw new Error('too many QoS 2 messages wait for their release');
    }
    const { messageId = 0 } = packet;
    bytes += size - (own.get(messageId) ?? 0);
    held.set(client.id, own.set(messageId, size));
    await store(client, packet);
  };
  persistence.incomingDelPacket = async (client, packet) => {
    const own = held.get(client.id);
    const { messageId = 0 } = packet;
    bytes -= own?.get(messageId) ?? 0;
    own?.delete(messageId);
    if (own?.size === 0) held.delete(client.id);
    await remove(client, packet);
  };
  persistence.cleanIncoming = async (client) => {
    bytes -= sum(held.get(client.id)?.values() ?? []);
    held.delete(client.id);
    await clean(client);
  };
}

function sum(sizes: Iterable<number>): number {
  let total = 0;
  for (const size of sizes) total += size;
  return total;
}
