import type { Principal } from '../../../../contracts/access.ts';

/** A client of a broker, and who it is. */
export interface Asker {
  readonly clientId: string;
  readonly principal: Principal;
}

/** What becomes of a message: its topic's subscribers get it, or only the servient, to say that it does nothing, or nobody. */
export type Publication = 'publish' | 'answer' | 'drop';

/** What the clients of a broker may do; topics and filters are well-formed. */
export interface TopicAccess {
  publication(topic: string, asker: Asker, retain: boolean): Publication;
  /** Absent where everyone may receive everything. */
  readonly receiving?: {
    mayReceive(topic: string, asker: Asker): boolean;
    /** Whether a client may receive anything that matches; what comes is asked for one by one. */
    maySubscribe(filter: string, asker: Asker): boolean;
  };
}
