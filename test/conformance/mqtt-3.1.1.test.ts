import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startMosquitto } from '../support/mosquitto.ts';
import { connectPacket, field, packet } from '../support/mqtt-bytes.ts';
import {
  disconnect,
  MqttPeer,
  type Publication,
  pingreq,
  puback,
  pubcomp,
  publication,
  pubrec,
  pubrel,
  subscription,
  unsubscription,
} from '../support/mqtt-peer.ts';
import { needs } from '../support/system-parts.ts';
import { startTestBroker } from '../support/test-broker.ts';

interface Broker {
  readonly port: number;
  stop(): Promise<void>;
}

const parts = needs('mosquitto');

/** The cases hold for another broker too, so that they are not made to fit ours. */
const brokers: readonly (readonly [string, () => Promise<Broker>])[] = [
  ['the embedded broker', () => startTestBroker()],
  ...(parts.missing ? [] : [['mosquitto', () => startMosquitto(parts.command('mosquitto'))] as const]),
];

const clean = 2;
const lasting = 0;
/** Connect flags of a clean session with a will. */
const will = (qos = 0, retain = 0) => clean | 4 | (qos << 3) | (retain << 5);

const inWords = (qos: number) => (qos === 0 ? '' : ` QoS ${qos}`);

type Filters = Readonly<Record<string, number>>;

describe.each(brokers)(`%s${parts.note}`, (name, start) => {
  let broker: Broker;
  const peers: MqttPeer[] = [];
  let count = 0;
  /** A topic and a client id that no other case has. */
  let t: string;
  let id: string;

  beforeAll(async () => {
    broker = await start();
  });
  beforeEach(() => {
    t = `t${++count}`;
    id = `id${count}`;
  });
  afterEach(() => {
    for (const { socket } of peers.splice(0)) socket.destroy();
  });
  afterAll(() => broker.stop());

  function open(): MqttPeer {
    const peer = new MqttPeer(broker.port);
    peers.push(peer);
    return peer;
  }

  /** A connection that was accepted, with a session that lasts where it has an id. */
  async function join(clientId = '', answer = 'CONNACK 0'): Promise<MqttPeer> {
    const peer = open().send(connectPacket(clientId, clientId === '' ? clean : lasting));
    expect(await peer.next()).toBe(answer);
    return peer;
  }

  async function subscribe(peer: MqttPeer, filters: Filters): Promise<MqttPeer> {
    peer.send(subscription(1, filters));
    expect(await peer.next()).toBe(`SUBACK 1: ${Object.values(filters).join(' ')}`);
    return peer;
  }

  const subscriber = async (filters: Filters) => subscribe(await join(), filters);

  /** Publishes and waits until the broker has it. */
  async function publish(topic: string, text: string, options: Publication = {}): Promise<void> {
    const peer = await join();
    peer.send(publication(topic, text, { qos: 1, ...options }));
    expect(await peer.next()).toBe('PUBACK 1');
  }

  /** The same at QoS 2. */
  async function publishOnce(topic: string, text: string): Promise<void> {
    const peer = await join();
    expect(await peer.send(publication(topic, text, { qos: 2 })).next()).toBe('PUBREC 1');
    expect(await peer.send(pubrel(1)).next()).toBe('PUBCOMP 1');
  }

  /** All that comes before a message that is published now. */
  async function heardBefore(peer: MqttPeer, topic: string): Promise<readonly string[]> {
    await publish(topic, 'end', { qos: 1 });
    const packets: string[] = [];
    for (let next = await peer.next(); !next.includes('=end'); next = await peer.next()) packets.push(next);
    return packets;
  }

  /** What a new subscriber gets of what is retained. */
  async function retained(topic: string): Promise<readonly string[]> {
    return heardBefore(await subscriber({ [`${topic}/end`]: 0, [topic]: 1 }), `${topic}/end`);
  }

  async function leave(peer: MqttPeer): Promise<void> {
    peer.send(disconnect);
    expect(await peer.next()).toBe('end');
  }

  /** An absent session with one subscription. */
  async function makeAbsent(qos = 1): Promise<void> {
    await leave(await subscribe(await join(id), { [t]: qos }));
  }

  describe('CONNECT', () => {
    test('comes before all else, and its answer too [MQTT-3.1.0-1, MQTT-3.2.0-1]', async () => {
      for (const first of [pingreq, publication(t, 'x', { retain: true }), subscription(1, { [t]: 0 })]) {
        expect(await open().send(first).next()).toBe('end');
      }
      const eager = open().send(connectPacket('', clean), pingreq);
      expect(await eager.take(2)).toEqual(['CONNACK 0', 'PINGRESP']);
      expect(await retained(t)).toEqual([]);
    });

    test('of another protocol level is answered by 1, and ends [MQTT-3.1.2-2, MQTT-3.2.2-4, MQTT-3.2.2-5]', async () => {
      const peer = open().send(connectPacket(id, clean, 6));
      expect(await peer.take(2)).toEqual(['CONNACK 1', 'end']);
    });

    test('that is refused has nothing processed after it [MQTT-3.1.4-5]', async () => {
      const late = publication(t, 'late', { retain: true });
      expect(await open().send(connectPacket('', lasting), late).take(2)).toEqual(['CONNACK 2', 'end']);
      expect(await retained(t)).toEqual([]);
    });

    test('without a client id is for clean sessions, which get one each [MQTT-3.1.3-6, MQTT-3.1.3-8, MQTT-3.1.3-9]', async () => {
      const [first, second] = [await join(), await join()];
      expect([await first.send(pingreq).next(), await second.send(pingreq).next()]).toEqual([
        'PINGRESP',
        'PINGRESP',
      ]);
      expect(await open().send(connectPacket('', lasting)).take(2)).toEqual(['CONNACK 2', 'end']);
    });

    test.each([
      ['of one character', 'Z'],
      ['of 23', '0123456789abcdefghijklm'],
      ['of the other letters', 'nopqrstuvwxyzABCDEFGHIJ'],
      ['and the rest of them', 'KLMNOPQRSTUVWXYZ'],
    ])('takes a client id %s [MQTT-3.1.3-5, MQTT-3.1.3-3, MQTT-3.1.4-4]', async (_what, clientId) => {
      expect(await open().send(connectPacket(clientId, clean)).next()).toBe('CONNACK 0');
    });

    test('has its fields in order [MQTT-3.1.3-1, MQTT-3.1.2-9, MQTT-3.1.2-19, MQTT-3.1.2-21]', async () => {
      const watching = await subscriber({ [t]: 0 });
      const fields = [field(t), field('will'), field('user'), field('password')];
      const peer = open().send(connectPacket(id, will() | 0xc0, 4, ...fields));
      expect(await peer.next()).toBe('CONNACK 0');
      peer.socket.destroy();
      expect(await watching.next()).toBe(`PUBLISH ${t}=will`);
    });

    test('of a client that is connected ends its other connection [MQTT-3.1.4-2, MQTT-3.1.3-2]', async () => {
      const first = await subscribe(await join(id), { [t]: 1 });
      const second = await join(id, 'CONNACK 0 present');
      expect(await first.next()).toBe('end');
      expect(await heardBefore(second, t)).toEqual([]);
    });
  });

  describe('a session', () => {
    test('is there again, with what came meanwhile [MQTT-3.1.2-4, MQTT-3.1.2-5, MQTT-3.2.2-2, MQTT-3.2.2-3, MQTT-4.1.0-1, MQTT-4.5.0-1]', async () => {
      await leave(await subscribe(await join(id, 'CONNACK 0'), { [t]: 2 }));
      await publish(t, 'one');
      await publishOnce(t, 'two');
      const back = await join(id, 'CONNACK 0 present');
      expect(await back.take(2)).toEqual([`PUBLISH ${t}=one QoS 1`, `PUBLISH ${t}=two QoS 2`]);
      expect(await publish(t, 'live').then(() => back.next())).toBe(`PUBLISH ${t}=live QoS 1`);
    });

    test('that is clean discards the one before, and is not used again [MQTT-3.1.2-6, MQTT-3.1.4-3, MQTT-3.2.2-1]', async () => {
      await makeAbsent();
      await publish(t, 'lost');
      const fresh = open().send(connectPacket(id, clean));
      expect(await fresh.next()).toBe('CONNACK 0');
      await subscribe(fresh, { [`${t}/other`]: 1 });
      expect(await heardBefore(fresh, `${t}/other`)).toEqual([]);
      await leave(fresh);
      const back = await join(id, 'CONNACK 0');
      await publish(t, 'unheard');
      await publish(`${t}/other`, 'unheard');
      expect(await heardBefore(await subscribe(back, { [`${t}/end`]: 0 }), `${t}/end`)).toEqual([]);
    });

    test('ends without its retained messages [MQTT-3.1.2-7]', async () => {
      const peer = await join();
      peer.send(publication(t, 'stays', { qos: 1, retain: true }));
      await peer.next();
      await leave(peer);
      expect(await retained(t)).toEqual([`PUBLISH ${t}=stays QoS 1 RETAIN`]);
    });
  });

  describe('a will', () => {
    async function leaveWill(flags: number, ...last: readonly Uint8Array[]): Promise<void> {
      const peer = open().send(connectPacket(id, flags, 4, field(t), field('gone')));
      expect(await peer.next()).toBe('CONNACK 0');
      peer.send(...last);
      if (last.length === 0) peer.socket.destroy();
      else expect(await peer.next()).toBe('end');
    }

    test('is published when the connection breaks, at its QoS, and not retained [MQTT-3.1.2-8, MQTT-3.1.2-16]', async () => {
      const watching = await subscriber({ [t]: 2 });
      await leaveWill(will(1));
      expect(await watching.next()).toBe(`PUBLISH ${t}=gone QoS 1`);
      await leaveWill(will(2), packet(0xf0));
      expect(await watching.next()).toBe(`PUBLISH ${t}=gone QoS 2`);
      expect(await retained(t)).toEqual([]);
    });

    test('is retained where it says so [MQTT-3.1.2-17]', async () => {
      const watching = await subscriber({ [t]: 0 });
      await leaveWill(will(0, 1));
      expect(await watching.next()).toBe(`PUBLISH ${t}=gone`);
      expect(await retained(t)).toEqual([`PUBLISH ${t}=gone RETAIN`]);
    });

    test('is not published after DISCONNECT [MQTT-3.14.4-3]', async () => {
      const watching = await subscriber({ [t]: 0 });
      await leaveWill(will(), disconnect);
      expect(await heardBefore(watching, t)).toEqual([]);
    });

    test('is published once, and not for a later connection that has none [MQTT-3.1.2-10, MQTT-3.1.2-12]', async () => {
      const watching = await subscriber({ [t]: 0 });
      await leaveWill(will() & ~clean);
      expect(await watching.next()).toBe(`PUBLISH ${t}=gone`);
      const again = await join(id, 'CONNACK 0 present');
      expect(await again.send(packet(0xf0)).next()).toBe('end');
      expect(await heardBefore(watching, t)).toEqual([]);
    });
  });

  describe('a PUBLISH', () => {
    test('is acknowledged as its QoS says, by its identifier [MQTT-3.3.4-1, MQTT-2.3.1-6]', async () => {
      const peer = await join();
      const all = [0, 1, 2] as const;
      peer.send(...all.map((qos) => publication(t, 'x', { qos, id: 0xa00 + qos })));
      expect(await peer.take(2)).toEqual(['PUBACK 2561', 'PUBREC 2562']);
      expect(await peer.send(pubrel(2562)).next()).toBe('PUBCOMP 2562');
    });

    test('goes to those whose filters match its topic, as it is [MQTT-3.3.2-3, MQTT-4.3.1-1, MQTT-2.3.1-5]', async () => {
      const peer = await subscriber({ [`${t}/+`]: 2, [`${t}/a/b`]: 0 });
      const sender = await join();
      await sender
        .send(...['a', 'a/b', 'a/b/c', 'c'].map((below) => publication(`${t}/${below}`, 'x')), pingreq)
        .next();
      expect(await heardBefore(peer, `${t}/end`)).toEqual(
        ['a', 'a/b', 'c'].map((below) => `PUBLISH ${t}/${below}=x`),
      );
    });

    test('that is a duplicate is none to its subscribers [MQTT-3.3.1-3]', async () => {
      const peer = await subscriber({ [t]: 1 });
      await publish(t, 'x', { dup: true });
      expect(await peer.next()).toBe(`PUBLISH ${t}=x QoS 1`);
    });

    test.each([
      ['a clean', ''],
      ['a lasting', 'overlapping'],
    ])(
      'comes to %s session once, at the highest QoS of filters that overlap [MQTT-3.3.5-1]',
      async (_what, clientId) => {
        for (const filters of [
          { '#': 0, '+': 2, a: 1 },
          { a: 0, '+': 1, '#': 2 },
          { '+/#': 1, a: 2, '+': 0 },
        ]) {
          const root = `${t}/${++count}`;
          const below = Object.entries(filters).map(([filter, qos]) => [`${root}/${filter}`, qos]);
          const peer = await subscribe(
            await join(clientId && `${clientId}${count}`),
            Object.fromEntries(below),
          );
          await publishOnce(`${root}/a`, 'x');
          const heard = await heardBefore(peer, `${root}/a`);
          // Mosquitto 2.0 takes the QoS of the filter without wildcards.
          const qos = name === 'mosquitto' ? filters.a : 2;
          expect(heard).toEqual([`PUBLISH ${root}/a=x${inWords(qos)}`]);
          const { a: own, ...others } = filters;
          await peer.send(unsubscription(2, ...Object.keys(others).map((each) => `${root}/${each}`))).next();
          await publishOnce(`${root}/a`, 'x');
          expect(await heardBefore(peer, `${root}/a`)).toEqual([`PUBLISH ${root}/a=x${inWords(own)}`]);
          await subscribe(peer, { [`${root}/a`]: 2 });
          await publishOnce(`${root}/a`, 'x');
          expect(await peer.next()).toBe(`PUBLISH ${root}/a=x QoS 2`);
        }
      },
    );

    test('is never sent at a higher QoS than it came with, or was granted [MQTT-3.8.4-6]', async () => {
      const all = [0, 1, 2] as const;
      for (const granted of all) {
        for (const filter of [`${t}/a`, `${t}/+`]) {
          const peer = await subscriber({ [filter]: granted });
          await (await join()).send(publication(`${t}/a`, '0'), pingreq).next();
          await publish(`${t}/a`, '1');
          await publishOnce(`${t}/a`, '2');
          expect(await peer.take(3)).toEqual(
            all.map((qos) => `PUBLISH ${t}/a=${qos}${inWords(Math.min(qos, granted))}`),
          );
        }
      }
    });

    test('of one client keeps its order [MQTT-4.6.0-5, MQTT-4.6.0-6]', async () => {
      const sender = await join();
      const numbers = Array.from({ length: 15 }, (_, index) => index + 1);
      for (const qos of [0, 1, 2] as const) {
        const peer = await subscriber({ [t]: qos });
        sender.send(...numbers.map((each) => publication(t, `${each}`, { qos, id: each })));
        if (qos > 0) await sender.take(15);
        if (qos === 2) sender.send(...numbers.map(pubrel));
        const sent = numbers.map((each) => `PUBLISH ${t}=${each}${inWords(qos)}`);
        expect(await peer.take(15)).toEqual(sent);
      }
    });
  });

  describe('QoS 1', () => {
    test('sends what was not acknowledged again, as such, in order, until it is [MQTT-4.3.2-1, MQTT-3.3.1-1, MQTT-4.4.0-1, MQTT-2.3.1-4]', async () => {
      await makeAbsent();
      const first = await join(id, 'CONNACK 0 present');
      const ids: number[] = [];
      for (const text of ['one', 'two', 'three']) {
        await publish(t, text);
        expect(await first.next()).toBe(`PUBLISH ${t}=${text} QoS 1`);
        ids.push(first.id);
      }
      expect(new Set(ids).size).toBe(3);
      await first.send(puback(ids[1] ?? 0), pingreq).next();
      first.socket.destroy();
      const second = await join(id, 'CONNACK 0 present');
      for (const [text, index] of [
        ['one', 0],
        ['three', 2],
      ] as const) {
        expect(await second.next()).toBe(`PUBLISH ${t}=${text} QoS 1 DUP`);
        expect(second.id).toBe(ids[index]);
        second.send(puback(second.id));
      }
      await leave(second);
      expect(await heardBefore(await join(id, 'CONNACK 0 present'), t)).toEqual([]);
    });

    test('takes a used identifier as a new message [MQTT-4.3.2-2]', async () => {
      const peer = await subscriber({ [t]: 0 });
      const sender = await join();
      for (const dup of [false, true]) {
        expect(await sender.send(publication(t, 'x', { qos: 1, id: 7, dup })).next()).toBe('PUBACK 7');
        expect(await peer.next()).toBe(`PUBLISH ${t}=x`);
      }
    });
  });

  describe('QoS 2', () => {
    test('sends a message or its release until they are acknowledged [MQTT-4.3.3-1]', async () => {
      await makeAbsent(2);
      await publishOnce(t, 'x');
      const first = await join(id, 'CONNACK 0 present');
      expect(await first.next()).toBe(`PUBLISH ${t}=x QoS 2`);
      const sent = first.id;
      first.socket.destroy();
      const second = await join(id, 'CONNACK 0 present');
      expect(await second.next()).toBe(`PUBLISH ${t}=x QoS 2 DUP`);
      expect(second.id).toBe(sent);
      expect(await second.send(pubrec(sent)).next()).toBe(`PUBREL ${sent}`);
      second.socket.destroy();
      const third = await join(id, 'CONNACK 0 present');
      expect(await third.next()).toBe(`PUBREL ${sent}`);
      await leave(third.send(pubcomp(sent)));
      expect(await heardBefore(await join(id, 'CONNACK 0 present'), t)).toEqual([]);
    });

    test('takes a message once until it is released, then its identifier is free [MQTT-4.3.3-2]', async () => {
      const peer = await subscriber({ [t]: 0 });
      const sender = await join();
      const message = publication(t, 'once', { qos: 2, id: 9 });
      const again = publication(t, 'once', { qos: 2, id: 9, dup: true });
      expect(await sender.send(message).next()).toBe('PUBREC 9');
      expect(await sender.send(again).next()).toBe('PUBREC 9');
      expect(await sender.send(pubrel(9)).next()).toBe('PUBCOMP 9');
      expect(await sender.send(pubrel(9)).next()).toBe('PUBCOMP 9');
      expect(await heardBefore(peer, t)).toEqual([`PUBLISH ${t}=once`]);
      sender.send(publication(t, 'next', { qos: 2, id: 9 }), pubrel(9));
      expect(await peer.next()).toBe(`PUBLISH ${t}=next`);
    });
  });

  describe('a retained message', () => {
    test('is kept with its QoS and comes to each new subscription, as retained [MQTT-3.3.1-5, MQTT-3.3.1-6, MQTT-3.3.1-8]', async () => {
      await publish(t, 'kept', { retain: true });
      await publish(`${t}/below`, 'too', { retain: true });
      const kept = [`PUBLISH ${t}/below=too QoS 1 RETAIN`, `PUBLISH ${t}=kept QoS 1 RETAIN`];
      const peer = await subscriber({ [`${t}/#`]: 1 });
      expect((await peer.take(2)).toSorted()).toEqual(kept);
      const careless = await subscriber({ [`${t}/+`]: 0 });
      expect(await careless.next()).toBe(`PUBLISH ${t}/below=too RETAIN`);
    });

    test('comes to those who are subscribed as any other [MQTT-3.3.1-9]', async () => {
      const peer = await subscriber({ [t]: 1 });
      await publish(t, 'x', { retain: true });
      expect(await peer.next()).toBe(`PUBLISH ${t}=x QoS 1`);
    });

    test('is replaced by one of QoS 0, not by one that is not to be kept [MQTT-3.3.1-7, MQTT-3.3.1-12]', async () => {
      await publish(t, 'old', { retain: true });
      const sender = await join();
      sender.send(publication(t, 'new', { retain: true }), publication(t, 'passing', { qos: 1 }));
      await sender.next();
      expect(await retained(t)).toEqual([`PUBLISH ${t}=new RETAIN`]);
    });

    test('is removed by an empty one, which is delivered but not kept [MQTT-3.3.1-10, MQTT-3.3.1-11]', async () => {
      await publish(t, 'x', { retain: true });
      const peer = await subscriber({ [t]: 1 });
      expect(await peer.next()).toBe(`PUBLISH ${t}=x QoS 1 RETAIN`);
      await publish(t, '', { retain: true });
      expect(await peer.next()).toBe(`PUBLISH ${t}= QoS 1`);
      expect(await retained(t)).toEqual([]);
    });
  });

  describe('SUBSCRIBE', () => {
    test('has one answer by its identifier, with a code for each filter in order [MQTT-3.8.4-1, MQTT-3.8.4-2, MQTT-3.8.4-4, MQTT-3.8.4-5, MQTT-3.9.3-1, MQTT-2.3.1-7]', async () => {
      const peer = await join();
      peer.send(subscription(0x1234, { [`${t}/a`]: 2, [`${t}/b`]: 0, [`${t}/c`]: 1 }));
      expect(await peer.next()).toBe('SUBACK 4660: 2 0 1');
      expect(await heardBefore(peer, `${t}/c`)).toEqual([]);
    });

    test('to the same filter replaces the QoS, and tells again what is retained [MQTT-3.8.4-3]', async () => {
      await publish(t, 'kept', { retain: true });
      const peer = await subscriber({ [t]: 1 });
      expect(await peer.next()).toBe(`PUBLISH ${t}=kept QoS 1 RETAIN`);
      await subscribe(peer, { [t]: 0 });
      expect(await peer.next()).toBe(`PUBLISH ${t}=kept RETAIN`);
      await publish(t, 'once');
      expect(await heardBefore(peer, t)).toEqual([`PUBLISH ${t}=once`]);
    });

    test.each([
      ['+', ['a', ''], ['a/b', '/']],
      ['+/b', ['a/b', '/b'], ['b', 'a/b/c']],
      ['a/+', ['a/b', 'a/'], ['a', 'a/b/c']],
      ['a/+/c', ['a/b/c', 'a//c'], ['a/c', 'a/b/b/c']],
      ['a/#', ['a', 'a/', 'a/b/c'], ['ab', 'b']],
      ['+/+/#', ['/', 'a/b', 'a/b/c'], ['a']],
    ])(
      'by the wildcards of %s [MQTT-3.8.3-2, MQTT-4.7.1-2, MQTT-4.7.1-3]',
      async (filter, matching, others) => {
        const peer = await subscriber({ [`${t}/${filter}`]: 0, [`${t}end`]: 0 });
        const sender = await join();
        await sender
          .send(...[...others, ...matching].map((below) => publication(`${t}/${below}`, 'x')), pingreq)
          .next();
        expect(await heardBefore(peer, `${t}end`)).toEqual(
          matching.map((below) => `PUBLISH ${t}/${below}=x`),
        );
      },
    );

    test('by wildcards alone does not concern topics that begin with $ [MQTT-4.7.2-1]', async () => {
      const peer = await subscriber({ '+/#': 0, [`${t}`]: 0 });
      // Brokers tell of clients that come and go below $SYS.
      await leave(await join());
      expect((await heardBefore(peer, t)).filter((each) => each.includes('$'))).toEqual([]);
    });

    test('takes names as they are [MQTT-4.7.3-4]', async () => {
      const composed = `${t}/\u00e9`;
      const peer = await subscriber({ [composed]: 0, [`${t}/%41`]: 0, [`${t}end`]: 0 });
      const others = [
        `${t}/e\u0301`,
        `${t}/\u00c9`,
        `${t}//\u00e9`,
        `${t}/A`,
        `/${composed}`,
        `${composed}/`,
      ];
      (await join()).send(...[...others, composed].map((topic) => publication(topic, 'x')));
      expect(await peer.next()).toBe(`PUBLISH ${composed}=x`);
    });
  });

  describe('UNSUBSCRIBE', () => {
    test('has one answer by its identifier, also where there was nothing [MQTT-3.10.4-4, MQTT-3.10.4-5, MQTT-3.10.4-6]', async () => {
      const peer = await subscriber({ [`${t}/a`]: 0, [`${t}/b`]: 0, [`${t}/c`]: 0 });
      expect(await peer.send(unsubscription(8, `${t}/none`)).next()).toBe('UNSUBACK 8');
      expect(await peer.send(unsubscription(9, `${t}/a`, `${t}/b`)).next()).toBe('UNSUBACK 9');
      for (const below of ['a', 'b']) await publish(`${t}/${below}`, 'x');
      expect(await heardBefore(peer, `${t}/c`)).toEqual([]);
    });

    test('ends the filter that is the same, and no other [MQTT-3.10.4-1, MQTT-3.10.4-2]', async () => {
      const peer = await subscriber({ [`${t}/+`]: 0, [`${t}/a`]: 0, [`${t}/b`]: 0 });
      await peer.send(unsubscription(2, `${t}/+`, `${t}/#`, `${t}/A`)).next();
      for (const below of ['a', 'c', 'b']) await publish(`${t}/${below}`, 'x');
      expect(await heardBefore(peer, `${t}/a`)).toEqual([`PUBLISH ${t}/a=x`, `PUBLISH ${t}/b=x`]);
    });

    test('leaves deliveries that have begun to be completed [MQTT-3.10.4-3]', async () => {
      const peer = await subscribe(await join(id), { [t]: 2 });
      await publishOnce(t, 'x');
      expect(await peer.next()).toBe(`PUBLISH ${t}=x QoS 2`);
      expect(await peer.send(unsubscription(2, t)).next()).toBe('UNSUBACK 2');
      expect(await peer.send(pubrec(peer.id)).next()).toBe(`PUBREL ${peer.id}`);
    });
  });

  test('PINGREQ is answered [MQTT-3.12.4-1]', async () => {
    expect(await (await join()).send(pingreq, pingreq).take(2)).toEqual(['PINGRESP', 'PINGRESP']);
  });
});
