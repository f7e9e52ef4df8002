import { decodeContent } from '../codec/registry.ts';
import type { Content } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { Value } from '../contracts/interaction.ts';
import { essence, payloadKind } from '../contracts/media-type.ts';
import type { ActionAffordance, DataSchema, PropertyAffordance } from '../contracts/td.ts';
import { declaredContent, payloadSchemas } from '../td/declared-content.ts';
import { isTextual, valueOfText } from '../td/value-of-text.ts';

/** What travels in one direction of an affordance: the content type that its author declares, and its DataSchema. */
export interface PayloadShape {
  readonly type?: string | undefined;
  readonly schema?: DataSchema | undefined;
}

/** What travels in both directions. */
interface PayloadShapes {
  readonly takes: PayloadShape;
  readonly gives: PayloadShape;
}

/** What a property takes and gives. */
export function propertyShapes(schema: PropertyAffordance): PayloadShapes {
  const { input, output } = declaredContent(schema);
  return { takes: { type: input, schema }, gives: { type: output, schema } };
}

/** What an action takes and gives; an asynchronous one gives its status, which is plain data. */
export function actionShapes(action: ActionAffordance): PayloadShapes {
  const content = declaredContent(action);
  const { input, output } = payloadSchemas(action);
  return {
    takes: { type: input && content.input, schema: input },
    gives: action.synchronous === false ? {} : { type: output && content.output, schema: output },
  };
}

const data: readonly string[] = ['application/json', 'application/cbor'];
const dataOrText: readonly string[] = [...data, 'text/plain'];

/** The media types in which it can be had and given, the first one by default. */
export function payloadTypes({ type, schema }: PayloadShape): readonly string[] {
  if (type !== undefined) return [type];
  return schema && isTextual(schema) ? dataOrText : data;
}

/** The value of a payload; WotError `unsupported-media` CONTENT_TYPE_UNKNOWN where its type is not among `payloadTypes`, else as decodeContent. */
export function receivedValue(content: Content, shape: PayloadShape, nesting: number): Value {
  refuseType(content.type, shape);
  const value = decodeContent(content, nesting);
  const isText = typeof value === 'string' && payloadKind(content.type) === 'text';
  return isText && shape.schema && isTextual(shape.schema) ? valueOfText(value, shape.schema) : value;
}

/** WotError `unsupported-media` CONTENT_TYPE_UNKNOWN where a type is not among `payloadTypes`. */
export function refuseType(type: string, shape: PayloadShape): void {
  if (isTaken(type, shape)) return;
  const message = `${JSON.stringify(type.slice(0, 100))} is not taken here; send ${payloadTypes(shape).join(' or ')}.`;
  throw new WotError('unsupported-media', 'CONTENT_TYPE_UNKNOWN', message);
}

function isTaken(type: string, { type: declared, schema }: PayloadShape): boolean {
  const name = essence(type);
  if (declared !== undefined) return name === essence(declared);
  const kind = payloadKind(type);
  if (kind === 'json' || kind === 'cbor') return true;
  return name === 'text/plain' && schema !== undefined && isTextual(schema);
}
