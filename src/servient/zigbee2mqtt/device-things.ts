import { isDeepStrictEqual } from 'node:util';
import type { PartialTd } from '../../contracts/td.ts';
import { exposeByFreeName } from '../expose-by-free-name.ts';
import type { ServiceHost } from '../service.ts';
import type { BridgeLink } from './bridge-link.ts';
import type { DeviceFailure } from './device-failure.ts';
import { type ListedDevice, readDeviceList } from './device-list.ts';
import { LinkedDevice } from './linked-device.ts';

interface Parts {
  readonly host: ServiceHost;
  readonly link: BridgeLink;
  /** Milliseconds that a device has for an answer. */
  readonly timeout: number;
}

/** A device and its Thing. */
interface DeviceThing {
  readonly device: ListedDevice;
  readonly linked: LinkedDevice;
  /** Undefined while it is not. */
  exposed: { readonly name: string; readonly td: PartialTd } | undefined;
}

/** The Things of the devices that Zigbee2MQTT lists. */
export class DeviceThings {
  readonly #parts: Parts;
  /** By address. */
  readonly #things = new Map<string, DeviceThing>();
  readonly #first = Promise.withResolvers<void>();
  #turn: Promise<void> = Promise.resolve();
  #faults = '';
  #isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Resolves when the first list has become Things. */
  get first(): Promise<void> {
    return this.#first.promise;
  }

  /** Told of each list; the Things follow one list after the other. */
  list(list: unknown): void {
    if (list === undefined) return;
    const { devices, faults } = readDeviceList(list);
    this.#warn(faults);
    // A list that is none takes no Things away.
    if (!Array.isArray(list)) return;
    this.#next(async () => {
      await this.#follow(devices);
      this.#first.resolve();
    });
  }

  /** All devices may be in reach, or out of it. */
  tellFaults(): void {
    for (const { linked } of this.#things.values()) linked.tellFault();
  }

  failed({ device, verb, key, reason }: DeviceFailure): void {
    for (const { device: known, linked } of this.#things.values()) {
      if (known.name === device) linked.line.failed(verb, key, reason);
    }
  }

  /** Follows no more; the Things stay with the servient. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#turn;
  }

  #warn(faults: readonly string[]): void {
    const text = faults.slice(0, 10).join('; ');
    if (text !== '' && text !== this.#faults) {
      this.#parts.host.logger.warn(
        `Not all of ${this.#parts.link.topic('bridge/devices')} can be used: ${text}`,
      );
    }
    this.#faults = text;
  }

  #next(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#isStopped) return;
      await work().catch((error) => {
        this.#parts.host.logger.error('The devices of Zigbee2MQTT cannot be followed', { error });
      });
    });
  }

  async #follow(devices: readonly ListedDevice[]): Promise<void> {
    const listed = new Map(devices.map((device) => [device.address, device]));
    for (const [address, thing] of this.#things) {
      if (!isDeepStrictEqual(listed.get(address), thing.device)) await this.#remove(thing);
    }
    for (const device of devices) {
      if (!this.#things.has(device.address) && !this.#isStopped) await this.#add(device);
    }
  }

  async #add(device: ListedDevice): Promise<void> {
    const { host, link, timeout } = this.#parts;
    const { clock, logger } = host;
    const changed = () => this.#next(() => this.#exposeAnew(thing));
    const linked = new LinkedDevice(device, { link, clock, logger, timeout, changed });
    const thing: DeviceThing = { device, linked, exposed: undefined };
    this.#things.set(device.address, thing);
    try {
      await linked.open();
      await this.#expose(thing);
    } catch (error) {
      await this.#remove(thing);
      // The list comes again with the connection.
      if (link.fault) throw error;
      const { message } = error as Error;
      logger.warn(`The Zigbee device ${JSON.stringify(device.name)} is no Thing: ${message}`);
    }
  }

  async #remove(thing: DeviceThing): Promise<void> {
    this.#things.delete(thing.device.address);
    await this.#unexpose(thing);
    await thing.linked.close();
  }

  /** Its definition may have changed; where the Thing was taken away meanwhile, it stays so. */
  async #exposeAnew(thing: DeviceThing): Promise<void> {
    if (!thing.exposed || isCurrent(thing)) return;
    await this.#unexpose(thing);
    await this.#expose(thing);
  }

  async #expose(thing: DeviceThing): Promise<void> {
    const { td, options, handlers } = thing.linked.definition;
    const { name } = await exposeByFreeName(this.#parts.host, {
      td,
      options,
      handlers: (handle) => {
        const made = handlers(handle);
        const close = () => {
          thing.exposed = undefined;
          return made.close?.();
        };
        return { ...made, close };
      },
    });
    thing.exposed = { name, td };
    thing.linked.tellFault();
    if (isCurrent(thing)) thing.linked.tellLate();
  }

  async #unexpose({ exposed }: DeviceThing): Promise<void> {
    if (exposed) await this.#parts.host.unexpose(exposed.name);
  }
}

/** Whether the Thing is described as the device is known now. */
function isCurrent({ exposed, linked }: DeviceThing): boolean {
  return isDeepStrictEqual(exposed?.td, linked.definition.td);
}
