import { decode, encode } from 'cbor2';
import { codecFor } from '../../codec/registry.ts';
import { type ErrorKind, fromProblem, toProblem, WotError } from '../../contracts/errors.ts';
import { coapCode, kindOfCode } from './coap-code.ts';
import { codeByte, type Envelope } from './coap-message.ts';
import { optionNumber, optionUint, uintOption } from './coap-option.ts';
import { contentFormatOf, mediaTypeOfFormat } from './content-formats.ts';

/** An error whose response code is not that of its kind. */
export class CodedError extends WotError {
  readonly responseCode: string;

  constructor(responseCode: string, kind: ErrorKind, code: string, message: string) {
    super(kind, code, message);
    this.responseCode = responseCode;
  }
}

const concise = 'application/concise-problem-details+cbor';
const entry = 'urn:thingwright:problem';

/** The error response: RFC 9290 problem details to peers that accept CBOR, JSON (readable in any client) to others. */
export function problemEnvelope(error: WotError, accept: number | undefined): Envelope {
  const code = error instanceof CodedError ? error.responseCode : coapCode[error.kind];
  const isCbor = accept !== undefined && mediaTypeOfFormat(accept)?.endsWith('cbor') === true;
  const { title, detail, ...members } = toProblem(error);
  const body = isCbor
    ? encode(
        new Map<unknown, unknown>([
          [-1, title],
          [-2, detail],
          [-4, codeByte(code)],
          [entry, members],
        ]),
      ) // RFC 9290 section 2
    : JSON.stringify({ title, detail, ...members });
  const options = [
    uintOption(optionNumber.contentFormat, contentFormatOf(isCbor ? concise : 'application/json') ?? 0),
  ];
  const { retryAfter } = error.details;
  if (retryAfter !== undefined) options.push(uintOption(optionNumber.maxAge, Math.ceil(retryAfter))); // RFC 7252 section 5.9.3.4
  return { code, options, payload: Buffer.from(body) };
}

/** A peer's error response as WotError: its problem details, else its diagnostic payload, else its code alone. */
export function errorOfAnswer({ code, options, payload }: Envelope, href: string): WotError {
  const maxAge = optionUint(options, optionNumber.maxAge);
  const fallback = code === '5.03' && maxAge !== undefined ? 'overloaded' : kindOfCode(code);
  const waits = (code === '5.03' || code === '4.29') && maxAge !== undefined;
  const details = { href, status: code, ...(waits ? { retryAfter: maxAge } : {}) };
  const format = optionUint(options, optionNumber.contentFormat);
  const problem = format === undefined ? payload.toString() : problemOf(format, payload);
  if (typeof problem === 'object') return fromProblem(problem, fallback, details);
  const said = problem ? `: ${problem}` : '.';
  const name = fallback.toUpperCase().replaceAll('-', '_');
  return new WotError(fallback, name, `${href} was answered with CoAP code ${code}${said}`, details);
}

function problemOf(format: number, payload: Buffer): object | string | undefined {
  const mediaType = mediaTypeOfFormat(format) ?? '';
  try {
    const value: unknown =
      mediaType === concise ? fromConcise(decode(payload)) : codecFor(mediaType)?.decode(payload, 64);
    return typeof value === 'object' && value !== null ? value : String(value ?? '');
  } catch {
    return undefined; // a body that cannot be read says nothing more than the code
  }
}

function fromConcise(problem: unknown): object | undefined {
  if (!(problem instanceof Map)) return undefined;
  const members: unknown = problem.get(entry);
  return { ...(typeof members === 'object' ? members : {}), title: problem.get(-1), detail: problem.get(-2) };
}
