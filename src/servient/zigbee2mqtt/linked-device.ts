import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../contracts/clock.ts';
import type {
  ActionHandler,
  PropertyHandler,
  ThingDefinition,
  ThingHandle,
  ThingHandlers,
} from '../../contracts/definition.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Logger } from '../../contracts/logger.ts';
import { isJsonObject, type JsonObject, ownMember } from '../../td/json-object.ts';
import { type BridgeLink, readOnline } from './bridge-link.ts';
import { type Capabilities, type Command, capabilitiesOf, isWritable } from './capabilities.ts';
import { DeviceLine } from './device-line.ts';
import type { ListedDevice } from './device-list.ts';
import { DeviceState } from './device-state.ts';
import { deviceTd } from './device-td.ts';
import { type Exposes, type Feature, readExposes } from './exposes.ts';

/** What a device stands on. */
export interface DeviceSurroundings {
  readonly link: BridgeLink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds that a device has for an answer. */
  readonly timeout: number;
  /** Its definition is another one from now on. */
  changed(): void;
}

/** Bytes of one state that are read. */
const stateLimit = 256 * 1024;
/** Events that wait for the Thing to be exposed. */
const mostLate = 100;

/** A device of Zigbee2MQTT as what a Thing is made of. */
export class LinkedDevice {
  readonly line: DeviceLine;
  readonly #device: ListedDevice;
  readonly #around: DeviceSurroundings;
  readonly #exposes: Exposes;
  readonly #capabilities: Capabilities;
  readonly #state: DeviceState;
  readonly #late: (readonly [event: string, data: unknown])[] = [];
  /** Of the Thing that describes the device as it is. */
  #handle: ThingHandle | undefined;
  #stops: readonly (() => Promise<void>)[] = [];

  constructor(device: ListedDevice, around: DeviceSurroundings) {
    const { link, clock, logger, timeout } = around;
    this.line = new DeviceLine({ link, clock, name: device.name, timeout });
    this.#device = device;
    this.#around = around;
    this.#exposes = readExposes(device.exposes);
    this.#capabilities = capabilitiesOf(this.#exposes.features);
    this.#state = new DeviceState((misfit) =>
      logger.warn(`${this.line.what} tells ${misfit}; its TD allows more from now on.`),
    );
  }

  /** Hears its topics from now on; what is retained there comes soon. */
  async open(): Promise<void> {
    const { link, logger } = this.#around;
    const { topic, what } = this.line;
    const { unusable } = this.#exposes;
    if (unusable.length > 0) {
      logger.warn(`${what} has values that no TD can name, which are left out: ${unusable.join(', ')}`);
    }
    const availability = { topic: `${topic}/availability`, limit: stateLimit, read: readOnline };
    const opened = await Promise.allSettled([
      link.follow({ topic, limit: stateLimit }, (state, retained) => this.#hear(state, retained)),
      link.follow(availability, (isOnline) => {
        this.line.isOnline = isOnline !== false;
        this.tellFault();
      }),
    ]);
    this.#stops = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const failed = opened.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async close(): Promise<void> {
    await Promise.all(this.#stops.map((stop) => stop()));
  }

  /** The device as a Thing, as it is known now. */
  get definition(): ThingDefinition {
    const td = deviceTd({
      device: this.#device,
      capabilities: this.#capabilities,
      parts: this.#exposes.parts,
      relaxed: this.#state.relaxed,
    });
    return { td, options: { lenient: true }, handlers: (handle) => this.#handlers(handle) };
  }

  /** Tells whether it can be reached. */
  tellFault(): void {
    this.#handle?.tellFault(this.line.fault);
  }

  /** Tells the events that came while the Thing was not exposed. */
  tellLate(): void {
    for (const [event, data] of this.#late.splice(0)) this.#handle?.emit(event, data);
  }

  #handlers(handle: ThingHandle): ThingHandlers {
    const { properties, actions } = this.#capabilities;
    this.#handle = handle;
    const close = () => {
      if (this.#handle === handle) this.#handle = undefined;
    };
    return {
      properties: Object.fromEntries([...properties].map(([name, each]) => [name, this.#property(each)])),
      actions: Object.fromEntries([...actions].map(([name, each]) => [name, this.#action(each)])),
      close,
    };
  }

  #property(feature: Feature): PropertyHandler {
    const { property, value: type } = feature;
    if (!isWritable(feature)) return { read: () => this.#read(feature) };
    return {
      read: () => this.#read(feature),
      /** Resolves when the device has told the value, or another one than before: it may round. */
      write: (value, { signal }) => {
        this.line.refuseAway();
        const before = this.#state.known.get(property);
        const isAnswer = (told: unknown) =>
          covers(told, value) || (before !== undefined && !isDeepStrictEqual(told, before));
        return this.line.set(property, type.toDevice(value), { isAnswer, signal });
      },
    };
  }

  #action({ feature, sent }: Command): ActionHandler {
    const { property, value: type } = feature;
    return (input, { signal }) => {
      this.line.refuseAway();
      const value = sent === undefined ? type.toDevice(input) : sent;
      return this.line.send('set', { [property]: value }, signal);
    };
  }

  #read({ property, isGettable }: Feature): unknown {
    this.line.refuseAway();
    const { known } = this.#state;
    if (known.has(property)) return known.get(property);
    if (isGettable) return this.line.get(property).then(() => known.get(property));
    const message = `${this.line.what} has not told "${property}" yet, and cannot be asked; it tells it when it changes. The option "retain" of the device in Zigbee2MQTT keeps it across restarts.`;
    throw new WotError('conflict', 'VALUE_UNKNOWN', message);
  }

  #hear(state: unknown, retained: boolean): void {
    if (state === undefined) return;
    if (!isJsonObject(state)) throw new WotError('invalid', 'STATE_INVALID', 'it is no object.');
    const { properties, events } = this.#capabilities;
    for (const feature of properties.values()) this.#learn(feature, state, retained);
    // A retained action happened long ago.
    if (!retained) for (const feature of events.values()) this.#happen(feature, state);
  }

  #learn(feature: Feature, state: JsonObject, retained: boolean): void {
    const { property } = feature;
    const told = ownMember(state, property);
    if (told === undefined) return;
    // What is null is not known.
    if (told === null) {
      this.#state.known.delete(property);
      return;
    }
    const { value, isNew, isMisfit } = this.#state.take(feature, told);
    if (isMisfit) this.#outgrow();
    if (isNew) this.#handle?.notify(property, value);
    this.line.told(property, value, retained);
  }

  #happen(feature: Feature, state: JsonObject): void {
    const told = ownMember(state, feature.property);
    if (told === undefined || told === null || told === '') return;
    const { value, isMisfit } = this.#state.check(feature, told);
    if (isMisfit) this.#outgrow();
    if (this.#handle) this.#handle.emit(feature.property, value);
    else if (this.#late.length < mostLate) this.#late.push([feature.property, value]);
  }

  /** The Thing is told no more before it is exposed anew: its schemas no longer hold. */
  #outgrow(): void {
    this.#handle = undefined;
    this.#around.changed();
  }
}

/** Whether what was told has all that was written; a colour is told in more ways than it is set. */
function covers(told: unknown, written: unknown): boolean {
  if (!isJsonObject(told) || !isJsonObject(written)) return isDeepStrictEqual(told, written);
  return Object.entries(written).every(([name, value]) => covers(ownMember(told, name), value));
}
