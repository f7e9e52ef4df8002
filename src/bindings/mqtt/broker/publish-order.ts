import type { Aedes } from 'aedes';

type Done = (error?: Error | null) => void;
type Publish = (packet: unknown, client: unknown, done: Done | undefined) => void;

/** The parts of aedes that its types leave out. */
interface Internals {
  publish(packet: unknown, client: unknown, done?: Done): void;
  readonly mq: { emit(packet: unknown, done: Done): void };
}

/**
 * Has messages delivered in the order in which they were published. aedes numbers a message first and then waits for
 * its store, and a client drops a number below the last it had as a duplicate: a message that another one overtook
 * meanwhile (a retained or QoS 1 one by a QoS 0 one) would be lost: github.com/moscajs/aedes/issues/994.
 */
export function keepPublishOrder(broker: Aedes): void {
  const internals = broker as unknown as Internals;
  const publish: Publish = internals.publish.bind(broker);
  const emit = internals.mq.emit.bind(internals.mq);
  const waiting: (() => void)[] = [];
  /** Ends the turn of the message that is being stored. */
  let endTurn: (() => void) | undefined;

  let going = false;

  function goOn(): void {
    // A turn that ends at once comes back here: the loop below goes on, so that the stack does not grow.
    if (going) return;
    going = true;
    while (endTurn === undefined && waiting.length > 0) waiting.shift()?.();
    going = false;
  }

  // After a failure of its store aedes does not come back to the message.
  (broker as NodeJS.EventEmitter).on('error', () => endTurn?.());
  internals.mq.emit = (packet, done) => {
    // A publisher does not wait for slow subscribers.
    emit(packet, () => {});
    setImmediate(done);
    endTurn?.();
  };
  internals.publish = (packet, clientOrDone, given) => {
    const [client, done] =
      typeof clientOrDone === 'function' ? [null, clientOrDone as Done] : [clientOrDone, given];
    waiting.push(() => {
      const end = () => {
        if (endTurn !== end) return;
        endTurn = undefined;
        goOn();
      };
      endTurn = end;
      publish(packet, client, (error) => {
        end(); // a message that cannot be stored is never emitted
        done?.(error);
      });
    });
    goOn();
  };
}
