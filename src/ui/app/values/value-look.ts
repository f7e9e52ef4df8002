import type { DataSchema } from '../../../contracts/td.ts';
import { isJsonObject, stringList } from '../../../td/json-object.ts';

/** How a value is shown. */
type ValueLook =
  | { readonly as: 'plain' | 'number' | 'text' | 'long' | 'date' | 'colour' }
  | { readonly as: 'image' | 'link'; readonly href: string };

const images = /^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)$/;
const base64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

/** The look of a value: what it is decides, what its DataSchema says of it refines. */
export function valueLook(schema: DataSchema, value: unknown): ValueLook {
  if (typeof value === 'string') return textLook(schema, value);
  return { as: typeof value === 'number' ? 'number' : 'plain' };
}

function textLook(schema: DataSchema, text: string): ValueLook {
  const { format } = schema;
  const href = imageOf(schema, text);
  if (href !== undefined) return { as: 'image', href };
  if (format === 'date-time' || format === 'date') return { as: 'date' };
  if (format === 'uri' && /^https?:\/\/\S+$/i.test(text)) return { as: 'link', href: text };
  if (isColour(schema, text)) return { as: 'colour' };
  return { as: text.length > 160 || text.includes('\n') ? 'long' : 'text' };
}

function imageOf({ contentMediaType, contentEncoding }: DataSchema, text: string): string | undefined {
  if (typeof contentMediaType !== 'string' || !images.test(contentMediaType)) return undefined;
  const isBase64 = contentEncoding === undefined || contentEncoding === 'base64';
  return isBase64 && base64.test(text) ? `data:${contentMediaType};base64,${text}` : undefined;
}

/** Whether a text is a colour as `#rgb` or `#rrggbb` that its DataSchema says to be one. */
function isColour(schema: DataSchema, text: string): boolean {
  return isColourSchema(schema) && /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text);
}

/** Whether a DataSchema tells of colours. */
export function isColourSchema({ format, '@type': types }: DataSchema): boolean {
  return format === 'color' || stringList(types).some((type) => /colou?r(property|mode)?$/i.test(type));
}

/** Whether a value has no members or items of its own. */
export function isFlat(value: unknown): boolean {
  return !Array.isArray(value) && !isJsonObject(value);
}
