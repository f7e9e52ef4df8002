import { createHistogram } from 'node:perf_hooks';
import type { LoadResult } from '../bench-messages.ts';
import { type MqttPeer, mqttConnection } from './mqtt-connection.ts';
import type { Received } from './mqtt-packets.ts';

const patience = 2000;

export interface RoundTrips {
  readonly peer: MqttPeer;
  /** Requests at any time. */
  readonly outstanding: number;
  readonly seconds: number;
  /** After which it is over; default none. */
  readonly requests?: number | undefined;
  /** The bytes of a request by its number. */
  request(number: number): Buffer;
  /** The number of the request that a packet answers; NaN for an answer that is wrong. */
  answered(packet: Received): number | undefined;
}

/** Sends a request for each that is answered, over one connection; those without an answer count as failed. */
export async function mqttRoundTrips(trips: RoundTrips): Promise<LoadResult> {
  const { peer, outstanding, seconds, requests = Number.POSITIVE_INFINITY, request, answered } = trips;
  const latencies = createHistogram();
  const sent = new Map<number, number>();
  const ended = Promise.withResolvers<void>();
  let number = 0;
  let wrong = 0;
  let until = Number.POSITIVE_INFINITY;
  const socket = await mqttConnection(peer, (packet) => {
    const answer = answered(packet);
    if (answer === undefined) return;
    if (Number.isNaN(answer)) wrong++;
    const now = performance.now();
    const since = sent.get(answer);
    if (since === undefined) return;
    sent.delete(answer);
    latencies.record(Math.ceil((now - since) * 1000));
    if (now < until && number < requests) ask(now);
    else if (sent.size === 0) ended.resolve();
  });
  const ask = (now: number): void => {
    sent.set(number, now);
    socket.write(request(number++));
  };
  const start = performance.now();
  until = start + seconds * 1000;
  const givenUp = setTimeout(ended.resolve, seconds * 1000 + patience);
  socket.cork();
  for (let slot = 0; slot < outstanding; slot++) ask(start);
  socket.uncork();
  await ended.promise;
  clearTimeout(givenUp);
  const took = (performance.now() - start) / 1000;
  socket.destroy();
  return {
    done: latencies.count,
    failed: sent.size + wrong,
    seconds: took,
    p99: latencies.percentile(99) / 1000,
  };
}
