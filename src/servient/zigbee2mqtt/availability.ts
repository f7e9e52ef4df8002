import { WotError } from '../../contracts/errors.ts';

/** Reads `{"state":"online"}`, and `online` as before Zigbee2MQTT 2; for the bridge and for devices. */
export function readOnline(body: Uint8Array): boolean {
  const [state] = /\b(online|offline)\b/.exec(Buffer.from(body).toString()) ?? [];
  if (state !== undefined) return state === 'online';
  throw new WotError('invalid', 'STATE_INVALID', 'it is neither online nor offline.');
}
