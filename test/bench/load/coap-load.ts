import type { Socket } from 'node:dgram';
import { createHistogram } from 'node:perf_hooks';
import type { Load, LoadResult } from '../bench-messages.ts';
import { coapRequest, numbered, openSockets, stayAwake } from './coap-request.ts';

const usuallyOutstanding = 16;
const ofSocketAtMost = 8;
const patience = 500;

/**
 * Reads or writes a property by confirmable requests: so many at any time, eight at most from one socket. They are made
 * before, so that asking costs less than answering does. Lost and wrong answers count as failed.
 */
export async function coapLoad(load: Load, method: 'GET' | 'PUT'): Promise<LoadResult> {
  const { target, seconds, outstanding = usuallyOutstanding, requests = Number.POSITIVE_INFINITY } = load;
  const sockets = await openSockets(target.url, Math.ceil(outstanding / ofSocketAtMost));
  const latencies = createHistogram();
  const body = method === 'PUT' ? { body: '42' } : {};
  const request = coapRequest(method, new URL(target.url).pathname, body);
  const start = performance.now();
  const plan = { until: start + seconds * 1000, requests: requests / outstanding, latencies };
  const slots = Array.from({ length: outstanding }, () => new Slot(Buffer.from(request), plan));
  const size = outstanding / sockets.length;
  const rest = stayAwake();
  await Promise.all(sockets.map((socket, at) => runSlots(socket, slots.slice(at * size, (at + 1) * size))));
  rest();
  const took = (performance.now() - start) / 1000;
  for (const socket of sockets) socket.close();
  const failed = slots.reduce((sum, slot) => sum + slot.failed, 0);
  return { done: latencies.count, failed, seconds: took, p99: latencies.percentile(99) / 1000 };
}

async function runSlots(socket: Socket, slots: readonly Slot[]): Promise<void> {
  socket.on('message', (answer) => {
    const id = answer.readUInt16BE(2);
    slots[id % ofSocketAtMost]?.take(id, answer);
  });
  const watch = setInterval(() => {
    for (const slot of slots) slot.check();
  }, 50);
  await Promise.all(slots.map((slot, at) => slot.run(socket, at)));
  clearInterval(watch);
}

interface Plan {
  /** As performance.now() tells it. */
  readonly until: number;
  readonly requests: number;
  /** In microseconds. */
  readonly latencies: ReturnType<typeof createHistogram>;
}

/** Asks again when it is answered; its message ids are those that leave its place in the socket as the rest. */
class Slot {
  failed = 0;
  readonly #request: Buffer;
  readonly #plan: Plan;
  readonly #ended = Promise.withResolvers<void>();
  #socket: Socket | undefined;
  #id = 0;
  #sent = 0;
  #asked = 0;

  constructor(request: Buffer, plan: Plan) {
    this.#request = request;
    this.#plan = plan;
  }

  /** Resolves when the plan is carried out. */
  run(socket: Socket, place: number): Promise<void> {
    this.#socket = socket;
    this.#id = Math.floor(Math.random() * 0x2000) * ofSocketAtMost + place;
    this.#next(performance.now());
    return this.#ended.promise;
  }

  take(id: number, answer: Buffer): void {
    if (id !== this.#id) return;
    const now = performance.now();
    const good = answer.readUInt8(1) >> 5 === 2 && answer.readUInt16BE(4) === id;
    if (good) this.#plan.latencies.record(Math.ceil((now - this.#sent) * 1000));
    else this.failed++;
    this.#next(now);
  }

  /** Gives up a request that was lost. */
  check(): void {
    const now = performance.now();
    if (now - this.#sent < patience) return;
    this.failed++;
    this.#next(now);
  }

  #next(now: number): void {
    if (now >= this.#plan.until || this.#asked >= this.#plan.requests) {
      this.#sent = Number.POSITIVE_INFINITY;
      this.#ended.resolve();
      return;
    }
    this.#id = (this.#id + ofSocketAtMost) & 0xffff;
    this.#asked++;
    this.#sent = now;
    const request = numbered(this.#request, this.#id);
    if (request.readUInt8(1) === 3) request.writeUInt8(0x31 + (this.#asked & 1), request.length - 1);
    this.#socket?.send(request);
  }
}
