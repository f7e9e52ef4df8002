import type { NotificationListener } from '../../../contracts/binding.ts';
import type { CoapOption, Envelope } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, textOption } from '../messages/coap-option.ts';
import { idOf } from './notification.ts';

/** What a subscription was told last, so that a new registration brings what it was not. */
export class LastTold {
  #id: string | undefined;
  #etag: Buffer | undefined;
  /** Ids are those of a servient's changes, so what comes after the last one can be asked for. */
  isNumbered = false;

  /** The listener, with a look at all that it is told. */
  watching(listener: NotificationListener): NotificationListener {
    return {
      ...listener,
      next: (notification) => {
        this.#id = notification.id ?? this.#id;
        this.isNumbered = notification.timestamp !== undefined;
        listener.next(notification);
      },
      gap: (gap) => {
        // What is lost is told once: nothing before `resumesAt` is asked for again.
        if (this.isNumbered && gap.resumesAt !== undefined) this.#id = String(Number(gap.resumesAt) - 1);
        listener.gap?.(gap);
      },
    };
  }

  /** A representation was told as a whole. */
  told({ options }: Envelope): void {
    this.#etag = optionBytes(options, optionNumber.etag);
  }

  /** Whether a response brings nothing else: an empty one only says that the observation stands. */
  is({ options, payload }: Envelope): boolean {
    const etag = optionBytes(options, optionNumber.etag);
    return etag === undefined ? payload.length === 0 : idOf(etag).id === this.#id;
  }

  /** To a servient, the wish for what came after the last change. */
  after(): readonly CoapOption[] {
    return this.isNumbered ? [textOption(optionNumber.uriQuery, `after=${this.#id}`)] : [];
  }

  /** To others, what they need not send again (RFC 7641 section 3.3.1). */
  etag(): readonly CoapOption[] {
    if (this.isNumbered || this.#etag === undefined) return [];
    return [{ number: optionNumber.etag, value: this.#etag }];
  }
}
