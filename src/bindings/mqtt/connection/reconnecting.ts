import type { MqttClient } from 'mqtt';
import { connectionFault } from './connection-error.ts';

/** As CONNECT names it: 5, or 4 for MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

const shortest = 1000;
const longest = 30_000;

/** Lets a lost connection come back after 1 s, then with growing pauses up to 30 s, each with its jitter. */
export function paceReconnects(client: MqttClient, random: () => number = Math.random): void {
  const { options } = client;
  const jitter = (): number => 0.5 + random() / 2;
  let pause = shortest / 2;
  let stoodSince = Number.POSITIVE_INFINITY;
  options.reconnectPeriod = shortest * jitter();
  client.on('connect', () => {
    stoodSince = performance.now();
  });
  // Before mqtt.js sets its timer; one that breaks as soon as it stands comes back ever more slowly too.
  client.prependListener('close', () => {
    const hasStood = performance.now() - stoodSince > shortest;
    stoodSince = Number.POSITIVE_INFINITY;
    if (client.disconnecting || isFallingBack(client)) return;
    pause = hasStood ? shortest : Math.min(pause * 2, longest);
    options.reconnectPeriod = pause * jitter();
  });
}

// MQTT 3.1.1 section 3.2.2.3 (1), MQTT 5 section 3.2.2.2 (132)
const versionRefused: readonly unknown[] = [1, 132];
/** Codes of a connection that the other side ended while we sent. */
export const brokenOff: readonly unknown[] = ['ECONNRESET', 'EPIPE'];
const fallingBack = new WeakSet<MqttClient>();

/** Whether the present failure is not the last word: the other version is tried at once. */
export function isFallingBack(client: MqttClient): boolean {
  return fallingBack.has(client);
}

/** Tries MQTT 3.1.1 where a broker refuses 5, or breaks off the connection at it without a word as old ones do. */
export function fallBack(client: MqttClient): void {
  const { options } = client;
  let isSpoken = false;
  let isTold = false;
  /** Whether the other version is worth trying now; where that was no better, 5 comes first again. */
  const turn = (): boolean => {
    const isNew = options.protocolVersion === 5;
    options.protocolVersion = isNew ? 4 : 5;
    if (isNew) fallingBack.add(client);
    return isNew;
  };
  client.on('packetsend', ({ cmd }) => {
    if (cmd !== 'connect') return;
    isTold = false;
    fallingBack.delete(client);
  });
  client.on('packetreceive', ({ cmd }) => {
    isTold ||= cmd === 'connack';
  });
  client.on('connect', () => {
    isSpoken = true;
  });
  client.prependListener('error', (error) => {
    const code = 'code' in error ? error.code : undefined;
    const isSilent = !isTold && !isSpoken && brokenOff.includes(code);
    isTold = true;
    if (isSilent || (versionRefused.includes(code) && options.protocolVersion === 5)) turn();
  });
  client.on('close', () => {
    if (client.disconnecting) return;
    if (!isTold && (isSpoken || !turn())) {
      client.emit('error', connectionFault('it closed the connection without an answer'));
    }
    if (isFallingBack(client)) client.connect();
  });
}
