import { isJsonObject, textOf } from '../../td/json-object.ts';

/** What Zigbee2MQTT could not do. */
export interface DeviceFailure {
  readonly verb: string;
  /** The property without its endpoint. */
  readonly key: string;
  /** The friendly name. */
  readonly device: string;
  readonly reason: string;
}

/** Reads a line of `bridge/logging`, the only place where Zigbee2MQTT tells that a device did not answer; undefined for other lines. */
export function deviceFailure(line: unknown): DeviceFailure | undefined {
  if (!isJsonObject(line) || line['level'] !== 'error') return undefined;
  const text = textOf(line['message']).slice(0, 2000);
  const found = /Publish '(get|set)' '([^']*)' to '(.*?)' failed: (.*)/s.exec(text);
  if (!found) return undefined;
  const [, verb = '', key = '', device = '', reason = ''] = found;
  return { verb, key, device, reason: reason.replace(/^'|'$/g, '') };
}
