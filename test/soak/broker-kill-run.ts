import type { MqttClient } from 'mqtt';
import { KilledBroker } from '../support/killed-broker.ts';
import { nextMessage } from '../support/mqtt-events.ts';

/** After how many acknowledgements of one publisher the broker is killed, and after how many deliveries again. */
export interface KillRound {
  readonly acknowledged: number;
  readonly delivered: number;
}

/** What came of it; all but the first two should be 0. */
export interface KillResult {
  acknowledged: number;
  received: number;
  lost: number;
  /** First deliveries after one of a later message. */
  overtaken: number;
  /** QoS 2 messages that came again. */
  doubled: number;
  /** Retained messages older than the last acknowledged one. */
  stale: number;
}

/** Messages under way at one time, per publisher. */
const window = 40;

/** Publishes rising numbers as fast as they are acknowledged. */
class Publisher {
  readonly #client: MqttClient;
  readonly #topic: string;
  readonly #options: { readonly qos: 1 | 2; readonly retain: boolean };
  readonly #underWay = new Set<Promise<void>>();
  readonly acknowledged = new Set<number>();
  #running = false;
  sent = 0;

  constructor(client: MqttClient, topic: string, qos: 1 | 2, retain = false) {
    this.#client = client;
    this.#topic = topic;
    this.#options = { qos, retain };
  }

  /** Goes on until so many more are acknowledged. */
  async run(count: number): Promise<void> {
    const end = this.acknowledged.size + count;
    this.#running = true;
    while (this.#running && this.acknowledged.size < end) {
      while (this.#underWay.size < window) this.#publish();
      await Promise.race(this.#underWay);
    }
  }

  /** Sends no more but one last message; resolves when all are acknowledged, or given up. */
  async settle(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#underWay);
    this.#publish();
    await Promise.all(this.#underWay);
  }

  end(): Promise<void> {
    return this.#client.endAsync();
  }

  #publish(): void {
    const value = this.sent++;
    const published = this.#client.publishAsync(this.#topic, `${value}`, this.#options).then(
      () => void this.acknowledged.add(value),
      () => {}, // mqtt.js gives up what it was about to send again when the connection is lost
    );
    this.#underWay.add(published);
    void published.then(() => this.#underWay.delete(published));
  }
}

/** Publishes rising numbers at QoS 1, 2 and retained for a subscriber that is away, kills the broker meanwhile, and again while it delivers. */
export async function brokerKillRun(file: string, rounds: readonly KillRound[]): Promise<KillResult> {
  const broker = await KilledBroker.start(file);
  const result = { acknowledged: 0, received: 0, lost: 0, overtaken: 0, doubled: 0, stale: 0 };
  const away = await broker.client('away');
  await away.subscribeAsync({ 'q/1': { qos: 1 }, 'q/2': { qos: 2 } });
  await away.endAsync();
  const ones = new Publisher(await broker.client('one'), 'q/1', 1);
  const twos = new Publisher(await broker.client('two'), 'q/2', 2);
  const kept = new Publisher(await broker.client('three'), 'r', 1, true);
  const publishers = [ones, twos, kept];
  const seen = { 'q/1': new Set<number>(), 'q/2': new Set<number>() };
  for (const { acknowledged, delivered } of rounds) {
    const running = publishers.map((publisher) => publisher.run(acknowledged));
    await Promise.race(running);
    await broker.kill();
    const retained = Math.max(...kept.acknowledged);
    await broker.restart();
    if ((await readRetained(broker)) < retained) result.stale++;
    await Promise.all(publishers.map((publisher) => publisher.settle()));
    await Promise.all(running);
    await receive(broker, { publishers: { 'q/1': ones, 'q/2': twos }, seen, delivered, result });
  }
  result.acknowledged = ones.acknowledged.size + twos.acknowledged.size;
  result.received = seen['q/1'].size + seen['q/2'].size;
  result.lost = missing(ones.acknowledged, seen['q/1']) + missing(twos.acknowledged, seen['q/2']);
  for (const publisher of publishers) await publisher.end();
  await broker.kill();
  return result;
}

async function readRetained(broker: KilledBroker): Promise<number> {
  const reader = await broker.client('reader', { clean: true });
  const message = nextMessage(reader);
  await reader.subscribeAsync('r', { qos: 1 });
  const { text } = await message;
  await reader.endAsync();
  return Number(text);
}

interface Reception {
  readonly publishers: Readonly<Record<string, Publisher>>;
  /** What came, by topic. */
  readonly seen: Readonly<Record<string, Set<number>>>;
  readonly delivered: number;
  readonly result: KillResult;
}

/** Has the subscriber come back and get all; the broker is killed while it does. */
async function receive(
  broker: KilledBroker,
  { publishers, seen, delivered, result }: Reception,
): Promise<void> {
  const { promise: some, resolve: hasSome } = Promise.withResolvers<void>();
  const { promise: all, resolve: hasAll } = Promise.withResolvers<void>();
  const lasts = Object.entries(publishers).map(([topic, { sent }]) => [seen[topic], sent - 1] as const);
  let count = 0;
  const take = (topic: string, payload: Uint8Array) => {
    const value = Number(payload);
    const own = seen[topic] ?? new Set();
    if (own.has(value)) result.doubled += topic === 'q/2' ? 1 : 0;
    else if (value < Math.max(...own)) result.overtaken++;
    own.add(value);
    if (++count === delivered) hasSome();
    if (lasts.every(([values, last]) => values?.has(last))) hasAll();
  };
  const away = await broker.client('away', {}, take);
  await Promise.race([some, all]);
  await broker.kill();
  await broker.restart();
  await all;
  await away.endAsync(true); // mqtt.js throws where a PUBREL comes while it ends
}

function missing(wanted: ReadonlySet<number>, there: ReadonlySet<number>): number {
  return [...wanted].filter((value) => !there.has(value)).length;
}
