import type { BrokerTls } from '../connection/mqtt-connection.ts';
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

/** The connections of one client: one for each broker and user. */
export class SessionPool {
  readonly #options: PoolOptions;
  readonly #sessions = new Map<string, Opened>();
  /** What each broker spoke last. */
  readonly #versions = new Map<string, 4 | 5>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The connection for a target, once it stands. */
  async session(target: MqttTarget, { signal, wire }: Asking): Promise<MqttSession> {
    const { broker, username = this.#options.username, password = this.#options.password } = target;
    const key = JSON.stringify([broker, username, password]);
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
