import type { MqttClient } from 'mqtt';
import type { WotError } from '../../../contracts/errors.ts';
import type { Logger } from '../../../contracts/logger.ts';
import { isRefusal } from './link-subscriptions.ts';

/** What is said of a connection to a broker, beside when it is lost and when it is back. */
export interface LinkWarnings {
  /** It cannot be made yet. */
  away(error: WotError): void;
  /** What the end of a publication calls; tells once where the broker's access rules keep it from everybody, as far as MQTT 5 says so. */
  publishing(topic: string, done: () => void): (error?: Error) => void;
}

/** Tells who operates the servient how it stands with its broker. */
export function linkWarnings(
  client: MqttClient,
  { url, logger }: { readonly url: string; readonly logger: Logger },
): LinkWarnings {
  let state: 'new' | 'up' | 'away' = 'new';
  let hasToldRefusal = false;
  client.on('connect', () => {
    if (state === 'away') logger.warn(`The MQTT broker ${url} is connected again.`);
    state = 'up';
  });
  client.on('close', () => {
    if (state !== 'up' || client.disconnecting) return;
    state = 'away';
    logger.warn(`The connection to the MQTT broker ${url} was lost; it is tried again.`);
  });
  return {
    away({ message }) {
      state = 'away';
      logger.warn(`${message} It is tried again.`);
    },
    publishing: (topic, done) => (error) => {
      done();
      if (hasToldRefusal || !error || !('code' in error && isRefusal(error.code))) return;
      hasToldRefusal = true;
      const advice = `let the servient's user publish there, and publish and subscribe at all topics of its Things`;
      logger.warn(
        `The MQTT broker ${url} refuses what is published at ${topic} (${error.message}), and tells nobody; ${advice}.`,
      );
    },
  };
}
