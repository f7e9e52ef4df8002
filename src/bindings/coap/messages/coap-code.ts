import type { ErrorKind } from '../../../contracts/errors.ts';

/** The response code of every error kind; exhaustive, so a new kind does not compile until CoAP answers it. */
export const coapCode: Readonly<Record<ErrorKind, string>> = {
  invalid: '4.00',
  unauthenticated: '4.01',
  forbidden: '4.03',
  'not-found': '4.04',
  'not-allowed': '4.05',
  'not-acceptable': '4.06',
  conflict: '4.09', // RFC 8132 section 5
  precondition: '4.12',
  'too-large': '4.13',
  'unsupported-media': '4.15',
  'rate-limited': '4.29', // RFC 8516
  internal: '5.00',
  'not-implemented': '5.01',
  overloaded: '5.03',
  unavailable: '5.03',
  timeout: '5.04',
};

const foreignKinds: Readonly<Record<string, ErrorKind>> = {
  '4.08': 'conflict', // a block transfer that the server no longer knows
  '5.02': 'unavailable',
  '5.03': 'unavailable',
  '5.05': 'not-implemented',
};

/** The kind that a peer's error code stands for, where its body does not name one. */
export function kindOfCode(code: string): ErrorKind {
  const known = Object.entries(coapCode).find(([, mapped]) => mapped === code)?.[0] as ErrorKind | undefined;
  return foreignKinds[code] ?? known ?? (code.startsWith('4') ? 'invalid' : 'internal');
}

/** Request methods with their codes (RFC 7252 section 12.1.1, RFC 8132). */
export const methodCode = {
  GET: '0.01',
  POST: '0.02',
  PUT: '0.03',
  DELETE: '0.04',
  FETCH: '0.05',
  PATCH: '0.06',
  iPATCH: '0.07',
} as const;

export type Method = keyof typeof methodCode;

/** Whether the code is that of a method that changes nothing. */
export const isSafe = (code: string): boolean => code === methodCode.GET || code === methodCode.FETCH;

/** Whether the code is that of a success (RFC 7252 section 5.9.1). */
export const isSuccess = (code: string): boolean => code.startsWith('2.');

/** The method of a request code; undefined for codes that no RFC names. */
export function methodOfCode(code: string): Method | undefined {
  return (Object.keys(methodCode) as Method[]).find((method) => methodCode[method] === code);
}
