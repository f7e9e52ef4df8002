import type { MqttClient } from 'mqtt';
import type { Clock } from '../../../contracts/clock.ts';
import type { Logger } from '../../../contracts/logger.ts';
import { brokenOff } from '../connection/reconnecting.ts';

const sessionTakenOver = 0x8e; // MQTT 5 section 3.14.2.1
/** Milliseconds within which a connection that the broker ends counts as pushed away. */
const soonEnded = 60_000;

/** Says when another client with our client id seems to push us away: where the broker tells so, or ends the connection twice in a row soon after it stood. */
export function watchForRival(
  client: MqttClient,
  {
    url,
    clientId,
    clock,
    logger,
  }: {
    readonly url: string;
    readonly clientId: string;
    readonly clock: Clock;
    readonly logger: Logger;
  },
): void {
  let stoodSince: number | undefined;
  let ended = 0;
  const warn = (what: string): void => {
    const advice = `Only one client may connect as ${clientId}: give each servient a data folder of its own, or mqtt({ clientId })`;
    logger.warn(`${what} at the MQTT broker ${url}. ${advice}.`);
  };
  client.on('connect', () => {
    stoodSince = clock.now();
  });
  client.on('error', (error) => {
    if (!('code' in error && brokenOff.includes(error.code))) stoodSince = undefined;
  });
  client.on('disconnect', ({ reasonCode }) => {
    if (reasonCode !== sessionTakenOver) return;
    stoodSince = undefined;
    warn('Another client took over the connection');
  });
  client.on('close', () => {
    if (stoodSince === undefined || client.disconnecting) return;
    ended = clock.now() - stoodSince < soonEnded ? ended + 1 : 0;
    stoodSince = undefined;
    // MQTT 3.1.1 cannot say why, and Mosquitto 2.0 does not.
    if (ended === 2) warn('The connection was ended twice soon after it stood, perhaps by another client,');
  });
}
