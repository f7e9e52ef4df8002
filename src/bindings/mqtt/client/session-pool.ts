import type { BrokerTls } from '../connection/mqtt-connection.ts';
import type { MqttVersion } from '../connection/reconnecting.ts';
import { tellConnect, tellPacket } from '../messages/mqtt-wire.ts';
import { MqttSession } from './mqtt-session.ts';
import type { MqttTarget } from './mqtt-target.ts';
import type { Asking } from './pending-replies.ts';

/** What all connections of a client have in common. */
export interface PoolOptions extends BrokerTls {
  readonly username?: string;
  readonly password?: string;
  readonly maxPacket: number;
  readonly random?: () => number;
}

interface Opened {
  readonly session: MqttSession;
  /** Resolves when it stands for the first time. */
  readonly ready: Promise<void>;
}

/** A connection, and some of its filters. */
interface Claimed {
  readonly session: MqttSession;
  release(): void;
}

/** Connections to one broker. */
const mostBeside = 16;

/** The connections of one client: one for each broker and user, and more for overlapping filters where a broker cannot tell which of them a message is for. */
export class SessionPool {
  readonly #options: PoolOptions;
  readonly #sessions = new Map<string, Opened>();
  /** What each broker spoke last. */
  readonly #versions = new Map<string, MqttVersion>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The connection for a target, once it stands; those beside it have other numbers than 0. */
  async session(target: MqttTarget, { signal, wire }: Asking, number = 0): Promise<MqttSession> {
    const { broker, username = this.#options.username, password = this.#options.password } = target;
    const key = JSON.stringify([broker, username, password, number]);
    const who = {
      broker,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
    const { session, ready } = this.#sessions.get(key) ?? this.#open(key, who, wire);
    await ready;
    await session.online(signal);
    signal.throwIfAborted();
    return session;
  }

  /** A connection on which these filters may be subscribed to, until `release`: no message comes twice for them there. */
  async claimed(target: MqttTarget, asking: Asking): Promise<Claimed> {
    for (let number = 0; number < mostBeside; number++) {
      const session = await this.session(target, asking, number);
      const release = session.claim(target.filters);
      if (release) return { session, release };
    }
    return { session: await this.session(target, asking), release: () => {} };
  }

  async stop(): Promise<void> {
    const opened = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(opened.map(({ session }) => session.close()));
  }

  #open(
    key: string,
    who: Pick<MqttTarget, 'broker' | 'username' | 'password'>,
    wire: Asking['wire'],
  ): Opened {
    const session = new MqttSession({ ...this.#options, ...who, version: this.#versions.get(who.broker) });
    tellConnect(wire, session.clientId, who);
    const opened: Opened = {
      session,
      ready: session.ready().then(
        () => {
          this.#versions.set(who.broker, session.version);
          tellPacket(wire, 'received', { start: 'CONNACK', 'Protocol Version': session.version });
        },
        async (error) => {
          this.#sessions.delete(key);
          await session.close();
          throw error;
        },
      ),
    };
    this.#sessions.set(key, opened);
    return opened;
  }
}
