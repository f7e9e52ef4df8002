import type { Fault } from '../contracts/errors.ts';
import { isMediaType, type PayloadKind, payloadKind } from '../contracts/media-type.ts';
import type { ActionAffordance, DataSchema, EventAffordance, Form, PartialForm } from '../contracts/td.ts';
import { compileDataCheck, type DataCheck } from './data-check.ts';
import { defaultContentType } from './defaults.ts';

/** The media types of what an affordance takes and gives, where its author declares other ones than JSON and CBOR. */
export interface DeclaredContent {
  readonly input?: string;
  readonly output?: string;
}

const nothing: DeclaredContent = Object.freeze({});

/** What the first form of an affordance that names a content type declares (TD 1.1 section 5.3.4.2). */
export function declaredContent({
  forms = [],
}: {
  readonly forms?: readonly PartialForm[];
}): DeclaredContent {
  const form = forms.find(({ contentType, response }) => contentType !== undefined || response !== undefined);
  if (form === undefined) return nothing;
  const input = declared(form.contentType);
  const output = declared(form.response?.contentType ?? form.contentType);
  return { ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) };
}

function declared(type: string | undefined): string | undefined {
  return type === undefined || /^application\/(json|cbor)$/i.test(type.trim()) ? undefined : type;
}

/** Whether any form of an affordance has payloads that are neither plain data nor text. */
export function carriesBytes({ forms = [] }: { readonly forms?: readonly PartialForm[] }): boolean {
  return forms.some(({ contentType, response }) => isBinary(contentType) || isBinary(response?.contentType));
}

/**
 * What an action takes and gives. A declared type stands for a DataSchema that its author left out: that of `response` for
 * the output; `contentType` for the input, unless it can only be meant for an output that has a DataSchema and no `response`.
 */
export function payloadSchemas({ forms, input, output }: ActionAffordance): {
  readonly input: DataSchema | undefined;
  readonly output: DataSchema | undefined;
} {
  const content = declaredContent(forms === undefined ? {} : { forms });
  const gives = forms?.some(({ response }) => response !== undefined) === true;
  const takes = output === undefined || gives;
  return {
    input: input ?? (takes && content.input !== undefined ? {} : undefined),
    output: output ?? (gives && content.output !== undefined ? {} : undefined),
  };
}

/** What an event carries; a declared type stands for a DataSchema that its author left out. */
export function eventSchema({ forms = [], data }: EventAffordance): DataSchema | undefined {
  return data ?? (declaredContent({ forms }).output === undefined ? undefined : {});
}

/** What invoking an action takes and gives: the answer of an asynchronous one is its status. */
export function invocationContent(
  action: Parameters<typeof declaredContent>[0] & { readonly synchronous?: unknown },
): DeclaredContent {
  const { input, output } = declaredContent(action);
  return { ...(input && { input }), ...(output && action.synchronous !== false && { output }) };
}

/** The terms of a form for content; where what is given is not what is taken it tells both (TD 1.1 section 5.3.4.2). */
export function formContent({ input, output }: DeclaredContent, usual = defaultContentType): Partial<Form> {
  return {
    ...(input === undefined ? {} : { contentType: input }),
    ...(input === output ? {} : { response: { contentType: output ?? usual } }),
  };
}

/** Says why a form cannot declare content, or undefined where it can. */
export function contentFault(form: PartialForm): string | undefined {
  const named = [form.contentType, form.response?.contentType].filter((type) => type !== undefined);
  const wrong = named.find((type) => typeof type !== 'string' || !isMediaType(type));
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no media type`;
}

/** Whether text and bytes of that type are values as they are, so that a handler may give them as a stream. */
export function isRaw(type: string | undefined): type is string {
  return type !== undefined && rawKinds.includes(payloadKind(type));
}

/** Whether it can stand neither among JSON values nor on a JSON-only protocol. */
export function isBinary(type: string | undefined): boolean {
  return type !== undefined && payloadKind(type) === 'bytes';
}

const rawKinds: readonly PayloadKind[] = ['text', 'bytes'];

/** The check of values that travel as a declared type: bytes have no DataSchema to fit; a Thing may give them as a string. */
export function compilePayloadCheck(
  schema: DataSchema,
  direction: 'read' | 'write',
  type: string | undefined,
): DataCheck {
  if (!isRaw(type)) return compileDataCheck(schema, direction);
  const detail = `must be bytes (a Uint8Array), as it is ${type}`;
  const check: DataCheck = isBinary(type)
    ? (value) => (direction === 'read' && typeof value === 'string' ? fits : [{ pointer: '', detail }])
    : compileDataCheck(schema, direction);
  return (value) => (value instanceof Uint8Array ? fits : check(value));
}

const fits: readonly Fault[] = Object.freeze([]);
