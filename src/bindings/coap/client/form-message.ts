import type { ClientRequest, ClientResponse, Content } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Form, Op } from '../../../contracts/td.ts';
import { responseType, safeOps } from '../../../td/defaults.ts';
import { isSafe, type Method, methodCode } from '../messages/coap-code.ts';
import { type CoapOption, type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionNumber, optionUint, uintOption } from '../messages/coap-option.ts';
import { locationOf } from '../messages/coap-uri.ts';
import { contentFormatOf, mediaTypeOfFormat } from '../messages/content-formats.ts';

// W3C CoAP binding, table of default methods; ops that end an observation have no request of their own.
const defaultMethods: Readonly<Partial<Record<Op, Method>>> = {
  readproperty: 'GET',
  writeproperty: 'PUT',
  invokeaction: 'POST',
  queryaction: 'GET',
  cancelaction: 'POST',
  readallproperties: 'GET',
  writeallproperties: 'PUT',
  readmultipleproperties: 'GET',
  writemultipleproperties: 'PUT',
  queryallactions: 'GET',
};

const idempotent: readonly string[] = [methodCode.PUT, methodCode.DELETE];

/** The request method of a form; undefined where there is none, or none of CoAP's. */
export function methodOf(op: Op, form: Form): Method | undefined {
  const method = form['cov:method'] ?? defaultMethods[op];
  const isKnown = op in defaultMethods && typeof method === 'string' && Object.hasOwn(methodCode, method);
  return isKnown ? (method as Method) : undefined;
}

/** The message of an operation, apart from its address; WotError `invalid` METHOD_UNKNOWN or `unsupported-media` CONTENT_FORMAT_UNKNOWN. */
export function messageOf({ op, form, content }: Pick<ClientRequest, 'op' | 'form' | 'content'>): Envelope {
  const method = methodOf(op, form);
  if (method === undefined) throw methodUnknown(form);
  return {
    code: methodCode[method],
    options: [...acceptOptions(form), ...contentOptions(form, content)],
    payload: bufferOf(content?.body),
  };
}

/** Whether sending it twice does no more than sending it once: by the op, for there are devices that toggle on GET (RFC 7252 section 5.1). */
export function isRepeatable(request: ClientRequest, { code }: Envelope): boolean {
  if (safeOps.includes(request.op) || request.idempotent === true) return true;
  return request.op !== 'invokeaction' && idempotent.includes(code);
}

/** Whether it changes nothing: also by the op. */
export function onlyReads(request: ClientRequest, message: Envelope): boolean {
  return isRepeatable(request, message) && isSafe(message.code);
}

/** What a successful response says. */
export function answerOf(response: Envelope, form: Form): ClientResponse {
  const content = contentOf(response, form);
  const location = locationOf(response, form.href);
  return {
    ...(content === undefined ? {} : { content }),
    ...(location === undefined ? {} : { location }),
  };
}

export function acceptOptions(form: Form): readonly CoapOption[] {
  const format = form['cov:accept'] ?? contentFormatOf(responseType(form));
  return typeof format === 'number' ? [uintOption(optionNumber.accept, format)] : [];
}

function contentOptions(form: Form, content: Content | undefined): readonly CoapOption[] {
  if (content === undefined) return [];
  const format = contentFormatOf(content.type) ?? form['cov:contentFormat'];
  if (typeof format === 'number') return [uintOption(optionNumber.contentFormat, format)];
  const message = `${content.type} has no CoAP Content-Format; use another media type, or name the number in cov:contentFormat.`;
  throw new WotError('unsupported-media', 'CONTENT_FORMAT_UNKNOWN', message, { href: form.href });
}

/** The content of a response; a payload without a Content-Format, or with one of the form's own, is what the form says. */
export function contentOf({ options, payload }: Envelope, form: Form): Content | undefined {
  const format = optionUint(options, optionNumber.contentFormat);
  if (format === undefined && payload.length === 0) return undefined;
  if (format === undefined || format === form['cov:contentFormat'])
    return { type: responseType(form), body: payload };
  return { type: typeOfFormat(format), body: payload };
}

/** The media type of a Content-Format, also of one without a name here. */
export function typeOfFormat(format: number): string {
  return mediaTypeOfFormat(format) ?? `application/x-coap-content-format-${format}`;
}

function bufferOf(body: Uint8Array = emptyBytes): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function methodUnknown(form: Form): WotError {
  const message = `The form's cov:method ${JSON.stringify(form['cov:method'])} is none of CoAP's; use ${Object.keys(methodCode).join(', ')}.`;
  return new WotError('invalid', 'METHOD_UNKNOWN', message, { href: form.href });
}
