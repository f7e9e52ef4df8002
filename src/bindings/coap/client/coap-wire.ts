import { tellWire, type Wire } from '../../../contracts/wire.ts';
import type { Watch } from '../endpoint/endpoint.ts';
import { methodOfCode } from '../messages/coap-code.ts';
import { type CoapOption, emptyCode, emptyMessage, type Message } from '../messages/coap-message.ts';
import { optionNumber, optionUint } from '../messages/coap-option.ts';
import { mediaTypeOfFormat } from '../messages/content-formats.ts';
import type { Receiver } from './peer-link.ts';

/** Tells of the messages between this client and an address. */
export function coapWatch(href: string, wire: Wire): Watch {
  // Over TCP and TLS messages have neither type nor id, and nothing acknowledges them (RFC 8323 section 3.2).
  const isTyped = !/^coaps?\+tcp:/i.test(href);
  return (direction, message) => {
    if (message.code === emptyCode && !isTyped) return;
    tellWire(wire, () => ({
      direction,
      protocol: 'coap',
      start: isTyped ? `${message.type} ${startOf(message, href)}`.trim() : startOf(message, href),
      fields: [...(isTyped ? [idField(message)] : []), ...fieldsOf(message)],
      ...(message.payload.length > 0 && { body: message.payload }),
    }));
  };
}

/** A receiver whose responses are told, with the empty message that the endpoint answers each with. */
export function watched(receiver: Receiver, watch: Watch): Receiver {
  function answered({ type: received, id }: Message, isWanted: boolean): void {
    const type = isWanted ? 'ACK' : 'RST';
    const isAnswered = received === 'CON' || (received === 'NON' && !isWanted);
    if (isAnswered) watch('sent', { ...emptyMessage, type, id });
  }

  return {
    lost: (error) => receiver.lost(error),
    repeated(response) {
      watch('received', response);
      answered(response, true);
    },
    response(response) {
      watch('received', response);
      const isWanted = receiver.response(response);
      answered(response, isWanted);
      return isWanted;
    },
  };
}

function startOf({ code }: Message, href: string): string {
  if (code === emptyCode) return '';
  const method = methodOfCode(code);
  return method === undefined ? `${code} ${codeNames[code] ?? ''}`.trim() : `${method} ${href}`;
}

const idField = ({ id }: Message) => ['Message ID', String(id)] as const;

function fieldsOf({ token, options }: Message): (readonly [string, string])[] {
  return [
    ...(token.length > 0 ? [['Token', token.toString('hex')] as const] : []),
    ...options.map(optionField),
  ];
}

function optionField(option: CoapOption): readonly [string, string] {
  const [name, format] = optionNames.get(option.number) ?? [`Option ${option.number}`, 'opaque'];
  return [name, formats[format](option)];
}

const uint = (option: CoapOption): number => optionUint([option], option.number) ?? 0;

const formats = {
  text: ({ value }: CoapOption) => value.toString(),
  uint: (option: CoapOption) => String(uint(option)),
  opaque: ({ value }: CoapOption) => value.toString('hex'),
  /** Number and media type. */
  content(option: CoapOption) {
    const type = mediaTypeOfFormat(uint(option));
    return type === undefined ? String(uint(option)) : `${uint(option)} (${type})`;
  },
  /** NUM/M/SZX as RFC 7959 section 2.3 writes them, the size in bytes, or BERT (RFC 8323 section 6). */
  block(option: CoapOption) {
    const block = uint(option);
    const size = (block & 7) === 7 ? 'BERT' : 2 ** ((block & 7) + 4);
    return `${Math.floor(block / 16)}/${(block >> 3) & 1}/${size}`;
  },
};

const optionNames: ReadonlyMap<number, readonly [string, keyof typeof formats]> = new Map([
  [optionNumber.ifMatch, ['If-Match', 'opaque']],
  [optionNumber.uriHost, ['Uri-Host', 'text']],
  [optionNumber.etag, ['ETag', 'opaque']],
  [optionNumber.ifNoneMatch, ['If-None-Match', 'opaque']],
  [optionNumber.observe, ['Observe', 'uint']],
  [optionNumber.uriPort, ['Uri-Port', 'uint']],
  [optionNumber.locationPath, ['Location-Path', 'text']],
  [optionNumber.uriPath, ['Uri-Path', 'text']],
  [optionNumber.contentFormat, ['Content-Format', 'content']],
  [optionNumber.maxAge, ['Max-Age', 'uint']],
  [optionNumber.uriQuery, ['Uri-Query', 'text']],
  [optionNumber.accept, ['Accept', 'content']],
  [optionNumber.locationQuery, ['Location-Query', 'text']],
  [optionNumber.block2, ['Block2', 'block']],
  [optionNumber.block1, ['Block1', 'block']],
  [optionNumber.size2, ['Size2', 'uint']],
  [optionNumber.size1, ['Size1', 'uint']],
  [optionNumber.echo, ['Echo', 'opaque']],
  [optionNumber.noResponse, ['No-Response', 'uint']],
  [optionNumber.requestTag, ['Request-Tag', 'opaque']],
]);

/** RFC 7252 section 12.1.2, RFC 7959 section 6, RFC 8132 section 6, RFC 8516. */
const codeNames: Readonly<Record<string, string>> = {
  '2.01': 'Created',
  '2.02': 'Deleted',
  '2.03': 'Valid',
  '2.04': 'Changed',
  '2.05': 'Content',
  '2.31': 'Continue',
  '4.00': 'Bad Request',
  '4.01': 'Unauthorized',
  '4.02': 'Bad Option',
  '4.03': 'Forbidden',
  '4.04': 'Not Found',
  '4.05': 'Method Not Allowed',
  '4.06': 'Not Acceptable',
  '4.08': 'Request Entity Incomplete',
  '4.09': 'Conflict',
  '4.12': 'Precondition Failed',
  '4.13': 'Request Entity Too Large',
  '4.15': 'Unsupported Content-Format',
  '4.22': 'Unprocessable Entity',
  '4.29': 'Too Many Requests',
  '5.00': 'Internal Server Error',
  '5.01': 'Not Implemented',
  '5.02': 'Bad Gateway',
  '5.03': 'Service Unavailable',
  '5.04': 'Gateway Timeout',
  '5.05': 'Proxying Not Supported',
};
