import { STATUS_CODES } from 'node:http';
import type { WireMessage } from '../../../contracts/binding.ts';
import { blotted, tellWire, type Wire } from '../../../contracts/wire.ts';
import type { Answer, OutgoingRequest } from './http-sending.ts';
import { SseWire } from './sse-wire.ts';

type Told = Omit<WireMessage, 'at' | 'protocol'>;

/** Tells of one request and its answer as they go over the wire. */
export class HttpWire {
  readonly #call: OutgoingRequest;
  readonly #wire: Wire;
  /** The head of the answer, until its body is told with it. */
  #head: Told | undefined;
  #stream: SseWire | undefined;

  constructor(call: OutgoingRequest, wire: Wire) {
    this.#call = call;
    this.#wire = wire;
  }

  sent(): void {
    const { method, href, headers, body } = this.#call;
    this.#tell(() => ({
      direction: 'sent',
      start: `${method} ${href}`,
      fields: fieldsOf({
        host: new URL(href).host,
        ...headers,
        ...(body && { 'content-length': String(body.length) }),
      }),
      ...(body && { body }),
    }));
  }

  answered(status: number, headers: Answer['headers'], reason?: string): void {
    const start = `${status} ${reason || (STATUS_CODES[status] ?? '')}`.trim();
    this.#head = { direction: 'received', start, fields: fieldsOf(headers) };
  }

  /** What follows is told as it comes. */
  streams(): void {
    this.ended(new Uint8Array());
    this.#stream = new SseWire((event) => this.#tell(() => event));
  }

  chunk(bytes: Uint8Array): void {
    this.#stream?.push(bytes);
  }

  /** The whole body, or as much of it as came. */
  ended(body: Uint8Array): void {
    const head = this.#head;
    this.#head = undefined;
    if (head) this.#tell(() => ({ ...head, ...(body.length > 0 && { body }) }));
  }

  #tell(message: () => Told): void {
    tellWire(this.#wire, () => ({ protocol: 'http', ...message() }));
  }
}

function fieldsOf(headers: Answer['headers']): WireMessage['fields'] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((each) => blotted(name, each)),
  );
}
