import type { ServerBinding } from '../../contracts/binding.ts';
import { MqttBinding } from './server/mqtt-binding.ts';
import { checkOptions, type MqttOptions } from './server/mqtt-options.ts';

export type { MqttOptions };

/** Things over MQTT: values and events are published, requests at topics of their own have results. Throws WotError `invalid` CONTENT_TYPE_UNKNOWN, TOPIC_FILTER_INVALID or TOPIC_PREFIX_INVALID. */
export function mqtt(options: MqttOptions): ServerBinding {
  checkOptions(options);
  return new MqttBinding(options);
}
