import { isIP } from 'node:net';
import { WotError } from '../../../contracts/errors.ts';
import type { CoapOption, Envelope } from './coap-message.ts';
import { optionNumber, optionTexts, textOption } from './coap-option.ts';
import { Recalled } from './recalled.ts';

/** The schemes of CoAP (RFC 7252 section 6, RFC 8323 section 8). */
export type CoapScheme = 'coap' | 'coaps' | 'coap+tcp' | 'coaps+tcp';

/** The port of an address that names none. */
export const defaultPorts: Readonly<Record<CoapScheme, number>> = {
  coap: 5683,
  coaps: 5684,
  'coap+tcp': 5683,
  'coaps+tcp': 5684,
};

/** Where a coap URI leads: the endpoint, and the options that name the resource there. */
export interface CoapTarget {
  readonly href: string;
  readonly scheme: CoapScheme;
  readonly host: string;
  readonly port: number;
  readonly options: readonly CoapOption[];
}

/** What was taken apart: clients ask the same addresses again and again. */
const recalled = new Recalled<CoapTarget>(256);
const longestRecalled = 512;

/** Takes a coap URI apart (RFC 7252 section 6.4); WotError `invalid` HREF_INVALID. */
export function coapTarget(href: string): CoapTarget {
  if (href.length > longestRecalled) return parsedTarget(href);
  return recalled.get(href) ?? recalled.keep(href, parsedTarget(href));
}

function parsedTarget(href: string): CoapTarget {
  const url = URL.parse(href);
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (!url || !isCoapScheme(scheme) || url.hostname === '') throw hrefInvalid(href);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const segments = url.pathname === '/' ? [] : url.pathname.split('/').slice(1);
  const queries = url.search === '' ? [] : url.search.slice(1).split('&');
  const texts = [
    ...(isIP(host) === 0 ? [[optionNumber.uriHost, host] as const] : []),
    ...segments.map((segment) => [optionNumber.uriPath, segment] as const),
    ...queries.map((query) => [optionNumber.uriQuery, query] as const),
  ];
  const options = texts.map(([number, text]) => textOption(number, percentDecoded(text, href)));
  if (options.some(({ value }) => value.length > 255)) throw hrefInvalid(href);
  return { href, scheme, host, port: Number(url.port) || defaultPorts[scheme], options };
}

const isCoapScheme = (scheme: string): scheme is CoapScheme => Object.hasOwn(defaultPorts, scheme);

/** The absolute address that Location-Path and Location-Query name (RFC 7252 section 5.10.7). */
export function locationOf({ options }: Pick<Envelope, 'options'>, href: string): string | undefined {
  const segments = optionTexts(options, optionNumber.locationPath);
  const queries = optionTexts(options, optionNumber.locationQuery);
  if (segments.length === 0 && queries.length === 0) return undefined;
  const authority = /^[^:]*:\/\/[^/?#]*/.exec(href)?.[0] ?? '';
  const query = queries.length === 0 ? '' : `?${queries.map(encodeURIComponent).join('&')}`;
  return `${authority}/${segments.map(encodeURIComponent).join('/')}${query}`;
}

function percentDecoded(text: string, href: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw hrefInvalid(href);
  }
}

function hrefInvalid(href: string): WotError {
  const message = `${JSON.stringify(href.slice(0, 200))} is not a CoAP address (coap, coaps, coap+tcp or coaps+tcp) with path parts of at most 255 bytes; correct the form's href.`;
  return new WotError('invalid', 'HREF_INVALID', message, { href });
}
