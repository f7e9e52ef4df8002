import { Readable } from 'node:stream';
import type { Content as NodeWotContent } from '@node-wot/core';
import { decodeContent, encodeContent } from '../../codec/registry.ts';
import type { Content } from '../../contracts/binding.ts';
import type { Value } from '../../contracts/interaction.ts';
import { isMediaType } from '../../contracts/media-type.ts';
import { isBinary, isRaw } from '../../td/declared-content.ts';

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

/** A value as content of a form's type, plain data as JSON where that is not possible; undefined is an empty body. */
export function valueToNodeWot(core: NodeWotCore, value: Value, type = json): NodeWotContent {
  if (value === undefined) return toNodeWot(core, { type, body: new Uint8Array() });
  if (value instanceof Uint8Array) {
    return toNodeWot(core, { type: isRaw(type) ? type : 'application/octet-stream', body: value });
  }
  const fits = isMediaType(type) && (typeof value === 'string' || !isBinary(type));
  return toNodeWot(core, encodeContent(fits ? type : json, value));
}

/** The value of node-wot's content, a stream where its type is declared as no plain data; nothing and an empty body are undefined. */
export async function valueFromNodeWot(
  content: NodeWotContent | undefined,
  declared?: string,
): Promise<Value> {
  if (content === undefined) return undefined;
  if (isRaw(declared)) return content.body;
  const read = await fromNodeWot(content);
  return read.body.length === 0 ? undefined : decodeContent(read);
}
