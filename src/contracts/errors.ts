/** Every way an interaction can fail; each protocol maps all of them (ARCHITECTURE.md, error table). */
export const errorKinds = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'not-allowed',
  'not-acceptable',
  'unsupported-media',
  'conflict',
  'precondition',
  'too-large',
  'rate-limited',
  'overloaded',
  'not-implemented',
  'timeout',
  'unavailable',
  'internal',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** One fault in an input: a JSON Pointer (RFC 6901) into the value, and what is wrong there. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** What an error carries besides its message; `cause` never leaves the process. */
export interface ErrorDetails {
  readonly errors?: readonly Fault[];
  /** Methods or ops that are offered instead (not-allowed). */
  readonly allow?: readonly string[];
  /** The properties that were written before one of several failed. */
  readonly written?: readonly string[];
  /** Bytes that are taken at most (too-large). */
  readonly limit?: number;
  /** Seconds to wait before the next try (rate-limited, overloaded). */
  readonly retryAfter?: number;
  /** Finds the log line of an internal error. */
  readonly correlationId?: string;
  /** On the consumer's side: the address, the op and the protocol status that the error came from. */
  readonly href?: string;
  readonly op?: string;
  readonly status?: number | string;
  /** On the consumer's side: the peer's problem body, its extension members included. */
  readonly problem?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class: `kind` decides the wire status, `code` is the stable name, `message` says what happened and what to do. */
export class WotError extends Error {
  override readonly name = 'WotError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

/** The error body of every protocol: RFC 9457 members; CoAP carries the same (RFC 9290) in CBOR or JSON. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly status?: number;
  readonly errors?: readonly Fault[];
  readonly correlationId?: string;
}

const titles: Readonly<Record<ErrorKind, string>> = {
  invalid: 'The input is not valid',
  unauthenticated: 'Credentials are required',
  forbidden: 'Not allowed for this caller',
  'not-found': 'Not found',
  'not-allowed': 'This operation is not offered here',
  'not-acceptable': 'None of the accepted representations is available',
  'unsupported-media': 'The media type is not supported',
  conflict: 'The state conflicts with the request',
  precondition: 'A precondition failed',
  'too-large': 'The request is too large',
  'rate-limited': 'Too many requests',
  overloaded: 'The servient is overloaded',
  'not-implemented': 'Not implemented',
  timeout: 'The Thing did not answer in time',
  unavailable: 'The Thing is not available',
  internal: 'Internal error',
};

/** The body that tells a peer of an error; never holds a cause or a stack. */
export function toProblem(error: WotError, status?: number): Problem {
  const { errors, correlationId } = error.details;
  return {
    title: titles[error.kind],
    ...(status === undefined ? {} : { status }),
    detail: error.message,
    code: error.code,
    kind: error.kind,
    ...(errors === undefined ? {} : { errors }),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}

/** Reads a peer's problem body; members of a wrong type are left out, `fallback` is used where there is no kind. */
export function fromProblem(body: unknown, fallback: ErrorKind, details: ErrorDetails = {}): WotError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Readonly<
    Record<string, unknown>
  >;
  const kind = errorKinds.find((known) => known === problem['kind']) ?? fallback;
  const code =
    typeof problem['code'] === 'string' ? problem['code'] : kind.toUpperCase().replaceAll('-', '_');
  const text = [problem['detail'], problem['title']].find(
    (member) => typeof member === 'string' && member !== '',
  );
  const errors = Array.isArray(problem['errors']) ? problem['errors'].filter(isFault) : undefined;
  const correlationId = typeof problem['correlationId'] === 'string' ? problem['correlationId'] : undefined;
  return new WotError(kind, code, String(text ?? titles[kind]), {
    ...details,
    ...(errors === undefined ? {} : { errors }),
    ...(correlationId === undefined ? {} : { correlationId }),
  });
}

function isFault(fault: unknown): fault is Fault {
  const candidate = fault as Fault | null;
  return typeof candidate?.pointer === 'string' && typeof candidate.detail === 'string';
}
