import { type CoapOption, emptyBytes } from '../messages/coap-message.ts';
import { optionUint, uintOption } from '../messages/coap-option.ts';
import type { Frame } from './frame.ts';

/** The codes by which two ends of a connection speak of the connection itself (RFC 8323 section 5). */
export const signalCode = {
  csm: '7.01',
  ping: '7.02',
  pong: '7.03',
  release: '7.04',
  abort: '7.05',
} as const;

// Their numbers are those of one code each (section 5.2).
const maxMessageSize = 2;
const blockWiseTransfer = 4;
const custody = 2;
const badCsmOption = 2;

/** What the other end said that it takes (RFC 8323 section 5.3). */
export interface Capabilities {
  /** Bytes of one message. */
  readonly maxMessageSize: number;
  readonly blockWise: boolean;
}

/** What holds until a CSM says otherwise. */
export const defaultCapabilities: Capabilities = { maxMessageSize: 1152, blockWise: false };

/** The capabilities after a CSM: what it does not name stays as it was. */
export function withCsm(before: Capabilities, options: readonly CoapOption[]): Capabilities {
  const size = options.find(({ number, value }) => number === maxMessageSize && value.length <= 4);
  return {
    maxMessageSize: size === undefined ? before.maxMessageSize : (optionUint([size], maxMessageSize) ?? 0),
    blockWise: before.blockWise || options.some(({ number }) => number === blockWiseTransfer),
  };
}

/** The first option that must be understood and is not: those that are, are all elective (RFC 8323 section 5.2). */
export function criticalOption(options: readonly CoapOption[]): number | undefined {
  return options.find(({ number }) => number % 2 === 1)?.number;
}

export const asksForCustody = (options: readonly CoapOption[]): boolean =>
  options.some(({ number }) => number === custody);

export function csm(bytes: number): Frame {
  return signal(signalCode.csm, [
    uintOption(maxMessageSize, bytes),
    { number: blockWiseTransfer, value: emptyBytes },
  ]);
}

export const ping = (token: Buffer): Frame => ({ ...signal(signalCode.ping), token });

export function pong(token: Buffer, inCustody: boolean): Frame {
  return {
    ...signal(signalCode.pong, inCustody ? [{ number: custody, value: emptyBytes }] : []),
    token,
  };
}

export const release = (): Frame => signal(signalCode.release);

/** `badOption` is the critical option of a CSM that was not understood. */
export function abort(reason: string, badOption?: number): Frame {
  const options = badOption === undefined ? [] : [uintOption(badCsmOption, badOption)];
  return { ...signal(signalCode.abort, options), payload: Buffer.from(reason) };
}

function signal(code: string, options: readonly CoapOption[] = []): Frame {
  return { code, options, token: emptyBytes, payload: emptyBytes };
}
