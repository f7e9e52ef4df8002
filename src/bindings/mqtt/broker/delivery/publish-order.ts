import type { Aedes, Client } from 'aedes';
import { Acknowledgements, type Done, type Published, type Turn } from './acknowledgements.ts';

/** The parts of aedes that its types leave out. */
interface Internals {
  publish(packet: Published, client: Client | null, done?: Done): void;
  publish(packet: Published, done?: Done): void;
  readonly mq: { emit(packet: unknown, done: Done): void };
}

/**
 * Has messages delivered in the order in which they were published. aedes numbers a message first and then waits for
 * its store, and a client drops a number below the last it had as a duplicate: a message that another one overtook
 * meanwhile (a retained or QoS 1 one by a QoS 0 one) would be lost: github.com/moscajs/aedes/issues/994.
 */
export class PublishOrder {
  readonly #internals: Internals;
  readonly #publish: Internals['publish'];
  readonly #waiting: (() => void)[] = [];
  readonly #acknowledgements = new Acknowledgements();
  /** Those that were published before aedes was to acknowledge them. */
  readonly #early = new WeakSet<Published>();
  #turn: Turn | undefined;
  #going = false;

  constructor(broker: Aedes) {
    const internals = broker as unknown as Internals;
    this.#internals = internals;
    this.#publish = internals.publish.bind(broker);
    const emit = internals.mq.emit.bind(internals.mq);
    internals.mq.emit = (packet, done) => {
      // A publisher does not wait for slow subscribers.
      emit(packet, () => {});
      setImmediate(done);
      this.#end(this.#turn);
    };
    internals.publish = (packet: Published, clientOrDone?: Client | null | Done, given?: Done) => {
      const [client, done = () => {}] =
        typeof clientOrDone === 'function' ? [null, clientOrDone] : [clientOrDone ?? null, given];
      const turn = { packet, client, written: [] };
      if (this.#early.delete(packet)) this.#acknowledgements.after(turn, null, done);
      else this.#enter(turn, done);
    };
    // After a failure of its store aedes does not come back to the message.
    (broker as NodeJS.EventEmitter).on('error', () => this.#end(this.#turn));
  }

  /** The message whose turn it is. */
  get turn(): Turn | undefined {
    return this.#turn;
  }

  /** Publishes a QoS 1 message and waits until it is written; aedes, which acknowledges first, is to call this before, and has nothing to publish then. */
  publishFirst(packet: Published, client: Client, done: Done): void {
    this.#internals.publish(packet, client, (error) => {
      this.#early.add(packet);
      done(error);
    });
  }

  /** Has a packet that aedes is about to publish go nowhere. */
  drop(packet: Published): void {
    this.#early.add(packet);
  }

  isDropped(packet: Published): boolean {
    return this.#early.has(packet);
  }

  #enter(turn: Turn, done: Done): void {
    this.#waiting.push(() => {
      this.#turn = turn;
      this.#publish(turn.packet, turn.client, (error) => {
        this.#end(turn); // a message that cannot be stored is never emitted
        this.#acknowledgements.after(turn, error, done);
      });
    });
    this.#goOn();
  }

  #end(turn: Turn | undefined): void {
    if (!turn || this.#turn !== turn) return;
    this.#turn = undefined;
    this.#goOn();
  }

  #goOn(): void {
    // A turn that ends at once comes back here: the loop below goes on, so that the stack does not grow.
    if (this.#going) return;
    this.#going = true;
    while (this.#turn === undefined && this.#waiting.length > 0) this.#waiting.shift()?.();
    this.#going = false;
  }
}
