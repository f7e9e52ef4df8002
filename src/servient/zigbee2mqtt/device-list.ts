import { isTopicName } from '../../bindings/mqtt/messages/topic-names.ts';
import { isJsonObject, type JsonObject, textOf } from '../../td/json-object.ts';

/** What is used of an entry of `bridge/devices`. */
export interface ListedDevice {
  /** Its EUI-64: 16 hexadecimal digits in lower case. */
  readonly address: string;
  /** Its `friendly_name`, which is its topic. */
  readonly name: string;
  readonly description: string;
  readonly vendor: string;
  readonly model: string;
  readonly software: string;
  readonly exposes: unknown;
}

/** The devices that can be Things, and what is wrong with the others. */
export interface DeviceList {
  readonly devices: readonly ListedDevice[];
  readonly faults: readonly string[];
}

/** A Zigbee network has some hundreds. */
const mostDevices = 1000;

/** Reads `bridge/devices`; coordinators, disabled devices and those without a definition (unsupported, not interviewed yet) are left out. */
export function readDeviceList(list: unknown): DeviceList {
  if (!Array.isArray(list)) return { devices: [], faults: ['it is no array'] };
  const devices = new Map<string, ListedDevice>();
  const faults: string[] = [];
  for (const entry of list) {
    if (!isJsonObject(entry)) {
      faults.push('an entry is no object');
      continue;
    }
    const device = readDevice(entry);
    if (!device) continue;
    if (devices.size >= mostDevices) {
      faults.push(`there are more than ${mostDevices} devices`);
      break;
    }
    const fault = faultOf(device);
    if (fault === undefined) devices.set(device.address, device);
    else faults.push(fault);
  }
  return { devices: [...devices.values()], faults };
}

function readDevice({ type, disabled, definition, ...entry }: JsonObject): ListedDevice | undefined {
  if (type === 'Coordinator' || disabled === true || !isJsonObject(definition)) return undefined;
  const text = (value: unknown) => textOf(value).toWellFormed();
  const address = /^0x([0-9a-f]{16})$/i.exec(textOf(entry['ieee_address']))?.[1] ?? '';
  return {
    address: address.toLowerCase(),
    name: textOf(entry['friendly_name']),
    description: text(entry['description']) || text(definition['description']),
    vendor: text(definition['vendor']),
    model: text(definition['model']),
    software: text(entry['software_build_id']),
    exposes: definition['exposes'],
  };
}

function faultOf({ address, name }: ListedDevice): string | undefined {
  const called = JSON.stringify(name.slice(0, 100));
  if (address === '') return `the device ${called} has no IEEE address`;
  if (isTopicName(name) && name.isWellFormed() && name.trim() !== '') return undefined;
  return `the friendly name ${called} of ${address} is no topic`;
}
