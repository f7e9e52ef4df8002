import type { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { connectPacket, field, packet, publishPacket, subscribePacket } from '../support/mqtt-bytes.ts';

/** Makes streams as an enemy or a broken device sends them, in parts: CONNECT, other packets, mutated ones; the same for the same seed. */
export function mqttStreams(random: SeededRandom, topics: readonly string[]): () => readonly Buffer[] {
  const below = (most: number): number => Math.floor(random.next() * most);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));
  const identifier = (): number[] => [0, below(6)];
  const text = () => pick(['', 'a', 'a/b', 'a/#', '+/+', '#', '$SYS/#', '\uFEFFa', 'a\0', '/', ...topics]);
  const wrong = () => pick([[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf8], [0xff]]);
  const string = () => field(random.next() < 0.05 ? Buffer.from(wrong()) : text());
  const payload = () => pick([Buffer.from('5'), Buffer.from('{"a":'), Buffer.alloc(0), bytes(below(40))]);

  const connects = [
    () => connectPacket(pick(['one', 'two'])),
    () => connectPacket(pick(['keeps', 'stays']), 0),
    () => connectPacket('wills', pick([0x06, 0x26, 0x0e]), 4, string(), field(payload())),
    () => connectPacket('user', 0xc2, 4, string(), string()),
  ];
  const others = [
    () => subscribePacket(text()),
    () =>
      packet(0x82, identifier(), ...Array.from({ length: below(5) }, () => [string(), [below(4)]]).flat()),
    () => packet(0xa2, identifier(), string()),
    () => publishPacket(text(), '5', pick([0x30, 0x31])),
    () => packet(pick([0x32, 0x33, 0x3a]), string(), identifier(), payload()),
    () => packet(pick([0x34, 0x35, 0x3c]), string(), identifier(), payload()),
    () => packet(pick([0x40, 0x50, 0x62, 0x70]), identifier()),
    () => packet(pick([0xc0, 0xe0])),
    () => pick([...connects, () => packet(below(256), bytes(below(20)))])(),
  ];

  function mutate(stream: Buffer): Buffer {
    const [at, length] = [below(stream.length), below(8)];
    const [before, after] = [stream.subarray(0, at), stream.subarray(at)];
    return pick([
      () => Buffer.concat([before, bytes(1), after.subarray(1)]),
      () => Buffer.concat([before, bytes(length), after]),
      () => Buffer.concat([before, after.subarray(length)]),
      () => Buffer.concat([before, after.subarray(0, length), after]),
      () => before,
    ])();
  }

  const some = (most: number, make: () => Buffer): Buffer =>
    Buffer.concat(Array.from({ length: below(most + 1) }, make));
  const mutated = (stream: Buffer, most: number): Buffer => {
    let result = stream;
    for (let count = below(most + 1); count > 0 && result.length > 0; count--) result = mutate(result);
    return result;
  };

  return () => [
    mutated(pick(connects)(), Number(random.next() < 0.1)),
    some(4, () => pick(others)()),
    mutated(
      some(4, () => pick(others)()),
      3,
    ),
  ];
}
