import { Readable } from 'node:stream';
import type { Content as NodeWotContent } from '@node-wot/core';
import { codecFor, decodeContent, encodeContent } from '../../codec/registry.ts';
import type { Content } from '../../contracts/binding.ts';
import type { Value } from '../../contracts/interaction.ts';

/** The module `@node-wot/core`, which is CommonJS: its names are members of the default export. */
export type NodeWotCore = typeof import('@node-wot/core');

const json = 'application/json';

/** Our content as node-wot carries it: a stream. */
export function toNodeWot(core: NodeWotCore, { type, body }: Content): NodeWotContent {
  return new core.Content(type, Readable.from([Buffer.from(body)]));
}

/** Reads node-wot's stream to its end. */
export async function fromNodeWot(content: NodeWotContent): Promise<Content> {
  return { type: content.type, body: await content.toBuffer() };
}

/** A value as content of a form's type, JSON where that has no codec here; undefined is an empty body. */
export function valueToNodeWot(core: NodeWotCore, value: Value, type = json): NodeWotContent {
  if (value instanceof Uint8Array) return toNodeWot(core, { type: 'application/octet-stream', body: value });
  if (value === undefined) return toNodeWot(core, { type, body: new Uint8Array() });
  return toNodeWot(core, encodeContent(codecFor(type) ? type : json, value));
}

/** The value of node-wot's content; nothing and an empty body are undefined. */
export async function valueFromNodeWot(content: NodeWotContent | undefined): Promise<Value> {
  if (content === undefined) return undefined;
  const read = await fromNodeWot(content);
  return read.body.length === 0 ? undefined : decodeContent(read);
}
