import type { Servient } from 'thingwright';

/** Runs the scripts beside this file as they are, with the servient's Scripting API as the global `WoT`. */
export default async function nodeWot(servient: Servient): Promise<void> {
  Object.assign(globalThis, { WoT: await servient.wot() });
  await import(new URL('counter.js', import.meta.url).href);
}
