import { encodeCbor } from '../../../codec/cbor-encoder.ts';
import { codecFor } from '../../../codec/registry.ts';
import { fromProblem, type Problem, toProblem, type WotError } from '../../../contracts/errors.ts';
import { coapCode, isSafe, kindOfCode, methodCode } from './coap-code.ts';
import { codeByte, type Envelope } from './coap-message.ts';
import { optionNumber, optionUint, uintOption } from './coap-option.ts';
import { contentFormatOf, mediaTypeOfFormat } from './content-formats.ts';

/** The errors whose response code is not that of their kind, by their code. */
const ownResponseCodes: ReadonlyMap<string, string> = new Map([
  ['BLOCKS_INCOMPLETE', '4.08'], // RFC 7959 section 2.9.2
  ['OPTION_NOT_UNDERSTOOD', '4.02'], // RFC 7252 section 5.4.1
  ['NOT_A_PROXY', '5.05'], // RFC 7252 section 5.10.2
]);

const concise = 'application/concise-problem-details+cbor';
const entry = 'urn:thingwright:problem';

/** Of methods with a body that says what to do: it could be read, but not done (RFC 8132 sections 2.3.1 and 3.4). */
const unprocessable: readonly string[] = [
  'INPUT_MISSING',
  'INPUT_MISMATCH',
  'NAMES_EXPECTED',
  'OBJECT_EXPECTED',
  'PROPERTY_NOT_REMOVABLE',
];
const instructing: readonly string[] = [methodCode.FETCH, methodCode.PATCH, methodCode.iPATCH];

/** The error response to a request: RFC 9290 problem details to peers that accept CBOR, JSON (readable in any client) to others. */
export function problemEnvelope(error: WotError, request: Pick<Envelope, 'code' | 'options'>): Envelope {
  const code = responseCode(error, request.code);
  const accept = optionUint(request.options, optionNumber.accept);
  const isCbor = accept !== undefined && mediaTypeOfFormat(accept)?.endsWith('cbor') === true;
  const problem = toProblem(error);
  const payload = isCbor ? conciseProblem(problem, code) : Buffer.from(JSON.stringify(problem));
  const options = [
    uintOption(optionNumber.contentFormat, contentFormatOf(isCbor ? concise : 'application/json') ?? 0),
  ];
  const { limit } = error.details;
  const maxAge = maxAgeOf(error, request.code);
  if (maxAge !== undefined) options.push(uintOption(optionNumber.maxAge, maxAge));
  if (limit !== undefined) options.push(uintOption(optionNumber.size1, limit)); // RFC 7959 section 4
  return { code, options, payload };
}

/** When to try again, of 5.03 and 4.29 (RFC 7252 section 5.9.3.4, RFC 8516); caches keep no other error of a read, and 0 says no time. */
function maxAgeOf({ details: { retryAfter } }: WotError, method: string): number | undefined {
  if (retryAfter !== undefined) return Math.ceil(retryAfter);
  return isSafe(method) ? 0 : undefined;
}

function responseCode({ code, kind }: WotError, method: string): string {
  if (instructing.includes(method) && unprocessable.includes(code)) return '4.22';
  return ownResponseCodes.get(code) ?? coapCode[kind];
}

/** RFC 9290 section 2: title, detail and response code have the keys -1, -2 and -4. */
function conciseProblem({ title, detail, ...members }: Problem, code: string): Buffer {
  return Buffer.concat([
    Buffer.from([0xa4, 0x20]), // four members, -1
    encodeCbor(title),
    Buffer.from([0x21]),
    encodeCbor(detail),
    Buffer.from([0x23]),
    encodeCbor(codeByte(code)),
    encodeCbor(entry),
    encodeCbor(members),
  ]);
}

/** A peer's error response as WotError: its problem details, else its diagnostic payload, else its code alone. */
export function errorOfAnswer({ code, options, payload }: Envelope, href: string): WotError {
  const maxAge = optionUint(options, optionNumber.maxAge) ?? 0;
  const waits = (code === '5.03' || code === '4.29') && maxAge > 0;
  const fallback = waits && code === '5.03' ? 'overloaded' : kindOfCode(code);
  const details = { href, status: code, ...(waits && { retryAfter: maxAge }) };
  const format = optionUint(options, optionNumber.contentFormat);
  const problem = format === undefined ? payload.toString() : problemOf(format, payload);
  const bare = { detail: `${href} was answered with CoAP code ${code}${problem ? `: ${problem}` : '.'}` };
  return fromProblem(typeof problem === 'object' ? problem : bare, fallback, details);
}

function problemOf(format: number, payload: Buffer): object | string | undefined {
  const mediaType = mediaTypeOfFormat(format) ?? '';
  try {
    const value: unknown = codecFor(mediaType)?.decode(payload, 64);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array)
      return String(value ?? '');
    return mediaType === concise ? fromConcise(value as Readonly<Record<string, unknown>>) : value;
  } catch {
    return undefined; // a body that cannot be read says nothing more than the code
  }
}

function fromConcise(problem: Readonly<Record<string, unknown>>): object {
  const members = problem[entry];
  return { ...(typeof members === 'object' ? members : {}), title: problem['-1'], detail: problem['-2'] };
}
