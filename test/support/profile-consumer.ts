import { type ConsumedThing, consume, type PartialTd } from 'thingwright';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type PeerRequest, type ProfilePeer, profilePeer } from './profile-peer.ts';

/** Our consumer of a peer that follows the Profile; valid while a test runs. */
export interface ProfileConsumer {
  readonly peer: ProfilePeer;
  readonly thing: ConsumedThing<PartialTd>;
  /** The requests of this test. */
  sent(): readonly PeerRequest[];
}

/** Consumes a Profile peer for all tests of a file. */
export function profileConsumer(): ProfileConsumer {
  let peer: ProfilePeer;
  let thing: ConsumedThing<PartialTd>;
  let before = 0;
  beforeAll(async () => {
    peer = await profilePeer();
    thing = await consume<PartialTd>(peer.td);
  });
  beforeEach(() => {
    before = peer.requests.length;
  });
  afterAll(async () => {
    await thing.stop();
    await peer.stop();
  });
  return {
    get peer() {
      return peer;
    },
    get thing() {
      return thing;
    },
    sent: () => peer.requests.slice(before),
  };
}
