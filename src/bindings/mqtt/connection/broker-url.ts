import { WotError } from '../../../contracts/errors.ts';

const schemes = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];

/** `mqtt://host:port` of an address, of a WebSocket with the path that is its endpoint; without user and password. */
export function brokerUrl(href: string): string {
  const url = URL.parse(href);
  if (!url?.host || !schemes.includes(url.protocol)) {
    const message = `${JSON.stringify(href)} is not the address of an MQTT broker; write it like mqtt://localhost:1883, mqtts://host or wss://host/mqtt.`;
    throw new WotError('invalid', 'BROKER_ADDRESS_INVALID', message);
  }
  return `${url.protocol}//${url.host}${isWebSocket(href) ? url.pathname + url.search : ''}`;
}

/** Whether MQTT goes over a WebSocket there (MQTT 5 section 6). */
export function isWebSocket(href: string): boolean {
  return /^wss?:/i.test(href);
}
