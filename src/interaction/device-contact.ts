import type { Clock } from '../contracts/clock.ts';
import type { WotError } from '../contracts/errors.ts';
import type { DeviceFault } from '../contracts/interaction.ts';

/** Whether the device of a Thing answered when it was last asked. */
export class DeviceContact {
  #fault: DeviceFault | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why it did not; `since` is when that began. */
  get fault(): DeviceFault | undefined {
    return this.#fault;
  }

  answered(): void {
    if (this.#fault) this.#fault = undefined;
  }

  /** Other failures than silence say nothing about the device. */
  failed(error: WotError): void {
    if (error.kind !== 'unavailable' && error.kind !== 'timeout') return;
    this.#fault = { error, since: this.#fault?.since ?? Math.floor(this.#clock.now()) };
  }
}
