import { encodeCbor } from '../../../codec/cbor-encoder.ts';
import { codecFor } from '../../../codec/registry.ts';
import { fromProblem, type Problem, toProblem, type WotError } from '../../../contracts/errors.ts';
import { coapCode, kindOfCode } from './coap-code.ts';
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

/** The error response: RFC 9290 problem details to peers that accept CBOR, JSON (readable in any client) to others. */
export function problemEnvelope(error: WotError, accept: number | undefined): Envelope {
  const code = ownResponseCodes.get(error.code) ?? coapCode[error.kind];
  const isCbor = accept !== undefined && mediaTypeOfFormat(accept)?.endsWith('cbor') === true;
  const problem = toProblem(error);
  const payload = isCbor ? conciseProblem(problem, code) : Buffer.from(JSON.stringify(problem));
  const options = [
    uintOption(optionNumber.contentFormat, contentFormatOf(isCbor ? concise : 'application/json') ?? 0),
  ];
  const { retryAfter } = error.details;
  if (retryAfter !== undefined) options.push(uintOption(optionNumber.maxAge, Math.ceil(retryAfter))); // RFC 7252 section 5.9.3.4
  return { code, options, payload };
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
  const maxAge = optionUint(options, optionNumber.maxAge);
  const fallback = code === '5.03' && maxAge !== undefined ? 'overloaded' : kindOfCode(code);
  const waits = (code === '5.03' || code === '4.29') && maxAge !== undefined;
  const details = { href, status: code, ...(waits ? { retryAfter: maxAge } : {}) };
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
