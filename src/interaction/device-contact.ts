import type { Clock } from '../contracts/clock.ts';
import type { WotError } from '../contracts/errors.ts';
import type { DeviceFault, Unsubscribe } from '../contracts/interaction.ts';

/** Whether the device of a Thing answered when it was last asked. */
export class DeviceContact {
  #fault: DeviceFault | undefined;
  readonly #clock: Clock;
  readonly #watchers = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why it did not; `since` is when that began. */
  get fault(): DeviceFault | undefined {
    return this.#fault;
  }

  /** Tells when the fault comes or goes. */
  watch(told: () => void): Unsubscribe {
    this.#watchers.add(told);
    return () => this.#watchers.delete(told);
  }

  answered(): void {
    if (this.#fault) this.#set(undefined);
  }

  /** Other failures than silence say nothing about the device. */
  failed(error: WotError): void {
    if (error.kind !== 'unavailable' && error.kind !== 'timeout') return;
    this.#set({ error, since: this.#fault?.since ?? Math.floor(this.#clock.now()) });
  }

  #set(fault: DeviceFault | undefined): void {
    const isNews = (fault === undefined) !== (this.#fault === undefined);
    this.#fault = fault;
    if (isNews) for (const told of this.#watchers) told();
  }
}
