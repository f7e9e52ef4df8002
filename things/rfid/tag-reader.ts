import { type Clock, defineThing } from 'thingwright';
import { ownWords } from '../own-words.ts';
import type { Identity } from '../port.ts';
import { tagReaderTd } from './tag-reader.td.ts';

/** A tag as it was read: EPC URI, wearer, dBm, antenna port (from 1). */
export interface Tag {
  readonly epc: string;
  readonly kind: 'tray' | 'badge';
  readonly rssi: number;
  readonly antenna: number;
}

/** What a reader tells; `seconds` is the time in the field. */
export interface TagListener {
  seen(tag: Tag): void;
  left(tag: Tag, seconds: number): void;
}

/** An RFID reader that has already merged repeated readings. */
export interface TagField {
  present(): readonly Tag[];
  /** Tells until the returned function is called. */
  watch(listener: TagListener): () => void;
}

/** What a tag reader needs: its field and a clock for inventories. */
export interface TagReaderOptions extends Identity {
  readonly field: TagField;
  readonly clock: Clock;
}

/** An RFID reader at a gate. */
export function tagReader({ name, field, clock, ...words }: TagReaderOptions) {
  return defineThing(
    { ...tagReaderTd, ...ownWords(words) },
    (thing) => {
      function changed(): void {
        const present = field.present();
        thing.notify('present', present);
        thing.notify('count', present.length);
      }
      const unwatch = field.watch({
        seen(tag) {
          thing.emit('tagSeen', tag);
          changed();
        },
        left(tag, seconds) {
          thing.emit('tagLeft', { ...tag, seconds });
          changed();
        },
      });
      return {
        properties: {
          present: { read: () => field.present() },
          count: { read: () => field.present().length },
        },
        actions: {
          takeInventory: async ({ seconds }, { signal }) => ({
            tags: await inventory({ field, clock }, seconds * 1000, signal),
          }),
        },
        close: unwatch,
      };
    },
    { name },
  );
}

/** Every tag that is or comes into the field within `time` ms; rejects with the signal's reason when it aborts. */
function inventory(
  { field, clock }: Pick<TagReaderOptions, 'field' | 'clock'>,
  time: number,
  signal: AbortSignal,
): Promise<readonly Tag[]> {
  const tags = new Map(field.present().map((tag) => [tag.epc, tag]));
  return new Promise((resolve, reject) => {
    const unwatch = field.watch({ seen: (tag) => void tags.set(tag.epc, tag), left() {} });
    const timer = clock.after(time, () => {
      unwatch();
      resolve([...tags.values()]);
    });
    signal.addEventListener('abort', () => {
      unwatch();
      timer.cancel();
      reject(signal.reason);
    });
  });
}
