import { get } from 'node:http';
import { createServient, defineThing, http, httpClient, systemClock } from 'thingwright';
import { anonymous } from '../../src/contracts/access.ts';
import { idToTimestamp } from '../../src/interaction/change-ids.ts';
import { seededRandom } from '../../src/simulation/seeded-random.ts';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy.ts';

/** How much to send to whom. */
export interface LosslessOptions {
  readonly subscribers: number;
  /** Events a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What came of it, summed over all subscribers. */
export interface LosslessResult {
  readonly events: number;
  readonly deliveries: number;
  /** Connections that were broken. */
  readonly cuts: number;
  /** Subscriptions that came back. */
  readonly resumes: number;
  readonly lost: number;
  /** Told twice, or after a later one. */
  readonly doubled: number;
  /** Gaps that the servient told. */
  readonly gaps: number;
  /** Milliseconds from `emit` to the subscriber, of what happened while its connection stood. */
  readonly p50: number;
  readonly p99: number;
}

/** Bytes of one event on the wire, about. */
const eventSize = 120;
/** Seconds that a connection stands on average. */
const standsFor = 0.4;

const source = defineThing(
  { title: 'Source', events: { tick: { data: { type: 'number', description: 'When it happened.' } } } },
  {},
);

/**
 * Emits events to subscribers whose connections break at random, on any byte, and come back by Last-Event-ID: one half
 * are sockets of node:http, the other half are clients of ours. Resolves when all have the last event.
 */
export async function losslessRun(options: LosslessOptions): Promise<LosslessResult> {
  const { next: random } = seededRandom(options.seed);
  const servient = createServient({ bindings: [http({ port: 0 })] });
  const { handle, name } = await servient.expose(source);
  const tally = new Tally();
  const change = ({ id }: { readonly id: number }) => tally.published(idToTimestamp(id));
  await servient.things.get(name)?.interactions.subscribeEvent('tick', { change }, { principal: anonymous });
  let breaks = false;
  const mean = options.rate * eventSize * standsFor;
  const lifetime = () => (breaks ? 1 - Math.log(1 - random()) * mean : Infinity);
  const proxy = await cuttingProxy(String(servient.addresses[0]), lifetime);
  const client = httpClient({ clock: hurriedClock, random });
  const stops: (() => void)[] = [];
  for (let index = 0; index < options.subscribers; index++) {
    const subscriber = tally.subscriber();
    const href = `${proxy.base}/things/${name}/events/tick`;
    stops.push(
      index % 2 === 0
        ? await bareSubscriber(href, subscriber, random)
        : await ourSubscriber(client, href, subscriber),
    );
  }
  // Whoever has no id yet cannot come back after one.
  handle.emit('tick', performance.now());
  await tally.allHave(1);
  breaks = true;
  proxy.cut();
  await emitAtRate(options, () => handle.emit('tick', performance.now()));
  breaks = false;
  proxy.cut();
  await tally.allHave(tally.events);
  for (const stop of stops) stop();
  await client.stop();
  await proxy.stop();
  await servient.stop();
  return tally.result(proxy);
}

/** Time for the pauses before coming back: a twentieth of what is usual. */
const hurriedClock = {
  ...systemClock,
  after: (delay: number, call: () => void) => systemClock.after(delay / 20, call),
};

function emitAtRate({ rate, seconds }: LosslessOptions, emit: () => void): Promise<void> {
  const begun = performance.now();
  let emitted = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(((performance.now() - begun) / 1000) * rate, rate * seconds);
      while (emitted < due) {
        emit();
        emitted += 1;
      }
      if (emitted < rate * seconds) return;
      clearInterval(timer);
      resolve();
    }, 1000 / rate);
  });
}

/** What one subscriber notes. */
interface Subscriber {
  stands(): void;
  take(id: string, at: number): void;
  gap(): void;
}

/** Compares what came with what was published, as it comes. */
class Tally {
  readonly #positions = new Map<string, number>();
  readonly #next: number[] = [];
  readonly #latencies: number[] = [];
  #deliveries = 0;
  #stood = 0;
  #lost = 0;
  #doubled = 0;
  #gaps = 0;
  #wanted = Infinity;
  #waiting: () => void = () => {};

  get events(): number {
    return this.#positions.size;
  }

  published(id: string): void {
    this.#positions.set(id, this.#positions.size);
  }

  subscriber(): Subscriber {
    const index = this.#next.push(0) - 1;
    let since = 0;
    return {
      stands: () => {
        since = performance.now();
        this.#stood += 1;
      },
      gap: () => {
        this.#gaps += 1;
      },
      take: (id, at) => {
        if (at >= since) this.#latencies.push(performance.now() - at);
        this.#take(index, this.#positions.get(id) ?? -1);
      },
    };
  }

  /** Resolves when each subscriber has got as far as that. */
  allHave(count: number): Promise<void> {
    this.#wanted = count;
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#look();
    });
  }

  result({ cuts }: CuttingProxy): LosslessResult {
    const sorted = this.#latencies.sort((a, b) => a - b);
    const quantile = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
    return {
      events: this.events,
      deliveries: this.#deliveries,
      cuts,
      resumes: this.#stood - this.#next.length,
      lost: this.#lost,
      doubled: this.#doubled,
      gaps: this.#gaps,
      p50: quantile(0.5),
      p99: quantile(0.99),
    };
  }

  #take(subscriber: number, position: number): void {
    const next = this.#next[subscriber] ?? 0;
    this.#deliveries += 1;
    if (position < next) {
      this.#doubled += 1;
      return;
    }
    this.#lost += position - next;
    this.#next[subscriber] = position + 1;
    if (position + 1 >= this.#wanted) this.#look();
  }

  #look(): void {
    if (this.#next.every((next) => next >= this.#wanted)) this.#waiting();
  }
}

async function ourSubscriber(
  client: ReturnType<typeof httpClient>,
  href: string,
  subscriber: Subscriber,
): Promise<() => void> {
  const decoder = new TextDecoder();
  const close = await client.subscribe(
    { op: 'subscribeevent', form: { href, subprotocol: 'sse' }, timeout: 0 },
    {
      next: ({ id = '', content }) => subscriber.take(id, Number(decoder.decode(content?.body))),
      gap: subscriber.gap,
      resumed: subscriber.stands,
      failed: (error) => {
        throw error;
      },
      ended: () => {},
    },
  );
  subscriber.stands();
  return () => void close();
}

/** An event source of a few lines: comes back within 100 ms with the last id. */
function bareSubscriber(href: string, subscriber: Subscriber, random: () => number): Promise<() => void> {
  let lastId = '';
  let stop = (): void => {};
  const dispatch = (block: string): void => {
    const fields = Object.fromEntries(block.split('\n').map((line) => line.split(': ', 2)));
    if (fields.id !== undefined) lastId = fields.id;
    if (fields.event === '$gap') subscriber.gap();
    else if (fields.data !== undefined) subscriber.take(lastId, Number(fields.data));
  };
  return new Promise((resolve) => {
    const open = (): void => {
      const headers = { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) };
      const request = get(href, { headers, agent: false }, (response) => {
        let rest = '';
        subscriber.stands();
        resolve(() => stop());
        response.setEncoding('utf8').on('error', () => {});
        response.on('data', (text: string) => {
          const blocks = (rest + text).split('\n\n');
          rest = blocks.pop() ?? '';
          for (const block of blocks) dispatch(block);
        });
      });
      let again: NodeJS.Timeout | undefined;
      request.on('error', () => {}).on('close', () => (again = setTimeout(open, random() * 100)));
      stop = () => {
        request.removeAllListeners('close').destroy();
        clearTimeout(again);
      };
    };
    open();
  });
}
