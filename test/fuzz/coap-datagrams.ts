import { blockOption, readBlock } from '../../src/bindings/coap/messages/block.ts';
import {
  type CoapOption,
  type Envelope,
  emptyBytes,
  encodeMessage,
  type Message,
} from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionBytes,
  optionNumber,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import type { SeededRandom } from '../../src/simulation/seeded-random.ts';

/** A request that makes sense: its code, path with query, and payload. */
export type Sensible = readonly [code: string, path: string, payload?: string];

/** CoAP as an enemy or a broken device speaks it: valid, wrong and mutated, the same for the same seed. */
export interface Datagrams {
  /** For a server to which these requests make sense. */
  request(): Buffer;
  /** For a client that has sent this. */
  answer(to: Message): Buffer;
}

export function coapDatagrams(random: SeededRandom, sensible: readonly Sensible[] = []): Datagrams {
  const below = (most: number): number => Math.floor(random.next() * most);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const chance = (share: number): boolean => random.next() < share;
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: below(most + 1) }, make);

  const lengths = [0, 1, 2, 3, 4, 5, 8, 9, 20, 41, 256, 300];
  const numbers = [...Object.values(optionNumber), 2, 9, 16, 21, 2049, 65000];
  const blockNumbers = [0, 0, 0, 1, 1, 2, 3, 100, 0xffffe, 0xfffff];
  const codes = ['0.01', '0.02', '0.03', '0.04', '0.05', '0.06', '0.07'];
  const oddCodes = ['0.00', '0.08', '0.31', '1.00', '2.05', '4.04', '7.02'];
  const answers = [
    '2.05',
    '2.05',
    '2.03',
    '2.04',
    '2.01',
    '2.31',
    '4.01',
    '4.04',
    '4.08',
    '4.13',
    '5.03',
    '1.01',
  ];

  const block = (number: number): CoapOption =>
    blockOption(number, { num: pick(blockNumbers), more: chance(0.5), size: 16 << below(8) });
  const known: readonly (() => CoapOption)[] = [
    () => block(optionNumber.block1),
    () => block(optionNumber.block2),
    () => uintOption(optionNumber.observe, pick([0, 0, 0, 1, 2, 0xffffff])),
    () => uintOption(optionNumber.size1, pick([0, 1000, 0xffffffff])),
    () => uintOption(optionNumber.size2, pick([0, 1000, 0xffffffff])),
    () => uintOption(optionNumber.contentFormat, pick([0, 40, 42, 50, 52, 60, 110, 112, 432, 0xffff])),
    () => uintOption(optionNumber.accept, pick([0, 40, 42, 50, 60, 110, 112, 257, 432, 0xffff])),
    () => uintOption(optionNumber.maxAge, pick([0, 1, 60, 0xffffffff])),
    () => uintOption(optionNumber.noResponse, pick([0, 2, 8, 16, 26, 127, 255])),
    () => ({ number: optionNumber.ifNoneMatch, value: emptyBytes }),
    () => ({ number: pick([optionNumber.etag, optionNumber.ifMatch]), value: bytes(1 + below(8)) }),
    () => ({ number: optionNumber.requestTag, value: bytes(below(3)) }),
    () => ({ number: optionNumber.echo, value: bytes(8) }),
    () =>
      textOption(
        optionNumber.uriQuery,
        pick(['after=1', 'after=x', 'names=a,b', 'rt=*', 'limit=-1', '=', '']),
      ),
    () => textOption(optionNumber.locationPath, pick(['..', '', 'a b', '\u0000'])),
    () => ({ number: pick(numbers), value: bytes(pick(lengths)) }),
  ];

  const payloads: readonly (() => Buffer)[] = [
    () => emptyBytes,
    () =>
      Buffer.from(
        pick([
          '1',
          '"x"',
          '[]',
          '{}',
          '["target"]',
          '{"target":5}',
          '{"steps":[1]}',
          '[{"n":"x","v":1}]',
          '{',
        ]),
      ),
    () => Buffer.from('['.repeat(1000)),
    () => Buffer.from(`{"__proto__":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`),
    // CBOR: lengths of 2^64, 2^32 and 2^31, lists without end, tags upon tags.
    () =>
      Buffer.from(
        pick([
          '9bffffffffffffffff',
          'bbffffffffffffffff',
          '5affffffff',
          '7a7fffffff',
          '9f9f9f9f',
          'd8ffd8ffd8ff',
          'fb7ff8000000000000',
        ]),
        'hex',
      ),
    () => Buffer.alloc(16 << below(7), below(256)),
    () => bytes(below(100)),
  ];

  function target(path: string): readonly CoapOption[] {
    const [segments = '', ...queries] = path.split('?');
    return [
      ...segments
        .split('/')
        .filter(Boolean)
        .map((segment) => textOption(optionNumber.uriPath, segment)),
      ...queries.map((query) => textOption(optionNumber.uriQuery, query)),
    ];
  }

  const extra = (): readonly CoapOption[] => (chance(0.4) ? [] : some(3, () => pick(known)()));

  /** A request that makes sense, or parts of several. */
  function envelope(): Envelope {
    const [code, path, payload = ''] = pick(sensible);
    if (chance(0.7)) return { code, options: [...target(path), ...extra()], payload: Buffer.from(payload) };
    const options = chance(0.1) ? [] : target(path);
    return {
      code: pick(chance(0.8) ? codes : oddCodes),
      options: [...options, ...extra()],
      payload: pick(payloads)(),
    };
  }

  /** The blocks of a body, of which some may be missing or come twice. */
  function upload(): readonly Message[] {
    const [, path] = pick(sensible);
    const code = pick(['0.02', '0.03', '0.05']);
    const size = 16 << below(3);
    const body = Buffer.from(`{"steps":[${'1,'.repeat(below(100))}1]}`);
    const count = Math.ceil(body.length / size);
    const tag = { number: optionNumber.requestTag, value: bytes(2) };
    return Array.from({ length: count }, (_, num) => ({
      type: 'CON' as const,
      code,
      id: below(4000),
      token: bytes(2),
      options: [...target(path), tag, blockOption(optionNumber.block1, { num, more: num < count - 1, size })],
      payload: body.subarray(num * size, (num + 1) * size),
    })).filter(() => chance(0.98));
  }

  let begun: Message[] = [];

  function mutated(valid: Buffer): Buffer {
    if (chance(0.6)) return valid;
    if (chance(0.1)) return bytes(below(120));
    const changed = Buffer.from(valid);
    for (let count = below(4); count > 0; count--) changed[below(changed.length)] = below(256);
    if (chance(0.2)) return changed.subarray(0, below(changed.length + 1));
    return chance(0.1) ? Buffer.concat([changed, bytes(below(20))]) : changed;
  }

  /** An answer as the client wants it, in blocks or with Observe where it asks for that. */
  function fitting({ id, token, options }: Message): Message {
    const { num, size } = readBlock(options, optionNumber.block2) ?? { num: 0, size: 16 << below(7) };
    const isObserved = optionBytes(options, optionNumber.observe) !== undefined;
    const asked = readBlock(options, optionNumber.block1);
    const parts = [
      ...(chance(0.5) ? [blockOption(optionNumber.block2, { num, size, more: chance(0.6) })] : []),
      ...(isObserved ? [uintOption(optionNumber.observe, below(100))] : []),
      ...(asked ? [blockOption(optionNumber.block1, asked)] : []),
    ];
    const code = asked?.more ? '2.31' : '2.05';
    return { type: 'ACK', id, token, code, options: parts, payload: Buffer.alloc(size, 7) };
  }

  return {
    request() {
      if (begun.length === 0 && chance(0.02)) begun = [...upload()];
      const next = begun.length > 0 && chance(0.7) ? begun.shift() : undefined;
      if (next !== undefined) return chance(0.98) ? encodeMessage(next) : mutated(encodeMessage(next));
      const type = chance(0.95) ? pick(['CON', 'NON'] as const) : pick(['ACK', 'RST'] as const);
      const token = pick([emptyBytes, Buffer.from('t'), Buffer.from('again'), bytes(below(9))]);
      // Few ids, so that they come again: as they were and as others.
      return mutated(encodeMessage({ ...envelope(), type, token, id: below(4000) }));
    },
    answer(asked) {
      if (chance(0.6)) {
        const message = fitting(asked);
        return chance(0.8) ? encodeMessage(message) : mutated(encodeMessage(message));
      }
      const type = pick(['ACK', 'ACK', 'ACK', 'CON', 'NON', 'RST'] as const);
      const code = chance(0.9) ? pick(answers) : pick([...codes, ...oddCodes]);
      const token = chance(0.9) ? asked.token : bytes(below(9));
      const id = chance(0.9) ? asked.id : below(65536);
      return mutated(encodeMessage({ type, code, token, id, options: extra(), payload: pick(payloads)() }));
    },
  };
}
