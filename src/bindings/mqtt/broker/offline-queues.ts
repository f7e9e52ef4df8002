import type { Aedes } from 'aedes';

/** How much may wait for the sessions of absent clients. */
export interface QueueBounds {
  /** Messages of one session. */
  readonly messages: number;
  /** Bytes of all sessions. */
  readonly bytes: number;
}

interface Session {
  readonly clientId: string;
}

interface Stored {
  readonly payload?: string | Uint8Array;
}

/** The part of aedes' persistence (package aedes-persistence) that holds messages for sessions. */
interface Outgoing {
  outgoingEnqueueCombi(sessions: readonly Session[], packet: Stored): Promise<void>;
  outgoingClearMessageId(client: { readonly id: string }, packet: unknown): Promise<Stored | undefined>;
}

/** Keeps a broker's queues within bounds: a message for a full one is dropped there, and `dropped` is told. */
export function boundOfflineQueues(
  broker: Aedes,
  bounds: QueueBounds,
  dropped: (clientId: string) => void,
): void {
  const { persistence } = broker as unknown as { readonly persistence: Outgoing };
  const enqueue = persistence.outgoingEnqueueCombi.bind(persistence);
  const clear = persistence.outgoingClearMessageId.bind(persistence);
  // Sizes oldest first: acknowledgements come in that order, or nearly.
  const sizes = new Map<string, number[]>();
  let bytes = 0;

  persistence.outgoingEnqueueCombi = (sessions, packet) => {
    const size = packet.payload?.length ?? 0;
    const fitting = sessions.filter(({ clientId }) => {
      const queue = sizes.get(clientId) ?? [];
      if (queue.length >= bounds.messages || bytes + size > bounds.bytes) {
        dropped(clientId);
        return false;
      }
      queue.push(size);
      sizes.set(clientId, queue);
      bytes += size;
      return true;
    });
    return enqueue(fitting, packet);
  };
  persistence.outgoingClearMessageId = async (client, packet) => {
    const cleared = await clear(client, packet);
    const queue = sizes.get(client.id);
    if (cleared !== undefined) bytes -= queue?.shift() ?? 0;
    if (queue?.length === 0) sizes.delete(client.id);
    return cleared;
  };
}
