import { decodeContent } from '../codec/registry.ts';
import { isSenml, type Measured, senmlPack, senmlTypes, senmlValue } from '../codec/senml-value.ts';
import type { Content } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { HostedThing, Value } from '../contracts/interaction.ts';
import { essence, payloadKind } from '../contracts/media-type.ts';
import type { ActionAffordance, DataSchema } from '../contracts/td.ts';
import { declaredContent, payloadSchemas } from '../td/declared-content.ts';
import { isTextual, valueOfText } from '../td/value-of-text.ts';

/** What travels in one direction of an affordance: the content type that its author declares, its DataSchema, and what makes it a measurement where it can be one. */
export interface PayloadShape {
  readonly type?: string | undefined;
  readonly schema?: DataSchema | undefined;
  readonly measured?: Measured | undefined;
}

/** What travels in both directions. */
interface PayloadShapes {
  readonly takes: PayloadShape;
  readonly gives: PayloadShape;
}

type Described = Pick<HostedThing, 'id' | 'affordances'>;

/** What a property takes and gives. */
export function propertyShapes({ id, affordances }: Described, name: string): PayloadShapes {
  const schema = affordances.properties?.[name] ?? {};
  const { input, output } = declaredContent(schema);
  const measured = measuredAs(id, name, schema);
  return { takes: { type: input, schema, measured }, gives: { type: output, schema, measured } };
}

/** What all or several properties of a Thing are. */
export function propertiesShape({ id, affordances }: Described): PayloadShape {
  const { properties = {} } = affordances;
  if (!Object.values(properties).some(isTextual)) return {};
  return { measured: { thing: id, schema: { properties } } };
}

/** What an event gives. */
export function eventShape({ id, affordances }: Described, name: string): PayloadShape {
  const event = affordances.events?.[name] ?? {};
  const schema = event.data;
  return { type: declaredContent(event).output, schema, measured: measuredAs(id, name, schema) };
}

function measuredAs(thing: string, name: string, schema: DataSchema = {}): Measured | undefined {
  return isTextual(schema) ? { thing, name, schema } : undefined;
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
const dataOrSenml: readonly string[] = [...data, ...senmlTypes];
const any: readonly string[] = [...dataOrText, ...senmlTypes];

/** The media types in which it can be had and given, the first one by default. */
export function payloadTypes({ type, schema, measured }: PayloadShape): readonly string[] {
  if (type !== undefined) return [type];
  if (schema && isTextual(schema)) return measured ? any : dataOrText;
  return measured ? dataOrSenml : data;
}

/** A value as it stands in a payload of a type: itself, or a pack of SenML; `time` of a measurement in seconds since 1970, where it is known. */
export function sentValue(
  type: string,
  value: Value,
  { measured, time }: Pick<PayloadShape, 'measured'> & { readonly time?: number | undefined },
): Value {
  return measured && isSenml(type) ? senmlPack(value, measured, time) : value;
}

/** The value of a payload; WotError `unsupported-media` CONTENT_TYPE_UNKNOWN where its type is not among `payloadTypes`, else as decodeContent. */
export function receivedValue(content: Content, shape: PayloadShape, nesting: number): Value {
  refuseType(content.type, shape);
  const value = decodeContent(content, nesting);
  if (shape.measured && isSenml(content.type)) return senmlValue(value, shape.measured);
  const isText = typeof value === 'string' && payloadKind(content.type) === 'text';
  return isText && shape.schema && isTextual(shape.schema) ? valueOfText(value, shape.schema) : value;
}

/** WotError `unsupported-media` CONTENT_TYPE_UNKNOWN where a type is not among `payloadTypes`. */
export function refuseType(type: string, shape: PayloadShape): void {
  if (isTaken(type, shape)) return;
  const message = `${JSON.stringify(type.slice(0, 100))} is not taken here; send ${payloadTypes(shape).join(' or ')}.`;
  throw new WotError('unsupported-media', 'CONTENT_TYPE_UNKNOWN', message);
}

/** What says how to change a value, or never ends, is no value. */
const noValue = /\/(?:json-patch|merge-patch|senml-etch|sensml)\+/;

function isTaken(type: string, { type: declared, schema }: PayloadShape): boolean {
  const name = essence(type);
  if (declared !== undefined) return name === essence(declared);
  if (noValue.test(name)) return false;
  const kind = payloadKind(type);
  if (kind === 'json' || kind === 'cbor') return true;
  return name === 'text/plain' && schema !== undefined && isTextual(schema);
}
