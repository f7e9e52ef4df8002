import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { WotError } from '../contracts/errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  if (host === '127.0.0.1') return true; // nearly always, and asked for every datagram
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** Passes loopback addresses; others only when the operator said that an open servient is meant. */
export function safeBindAddress(host: string, insecure: boolean): string {
  if (insecure || isLoopback(host)) return host;
  const address = host.replace(/^::ffff:(?=\d+\.)/i, '');
  const message = `Binding ${address} would open every Thing to the network, for callers need no credentials; bind a loopback address (--host 127.0.0.1), or say --insecure if that is meant.`;
  throw new WotError('forbidden', 'OPEN_BIND_REFUSED', message);
}

/** Whether an address is one of http or https that paths can follow: without query, fragment and credentials. */
export function isHttpBase(address: string): boolean {
  const url = /^https?:\/\/[^?#]+$/i.test(address) ? URL.parse(address) : null;
  return url !== null && url.username === '' && url.password === '';
}

/** The host name by which peers reach a bound address; for a wildcard the first IPv4 address that is not internal. */
export function reachableHost(bound: string): string {
  if (bound !== '0.0.0.0' && bound !== '::') return bound;
  const outer = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal);
  return outer?.address ?? '127.0.0.1';
}

/** A host as it stands in a URL: IPv6 in brackets (RFC 3986 section 3.2.2). */
export function urlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** A port that another program has; the flag of `wot serve` is the protocol's name in lower case, with a dash. */
export function portInUse(
  protocol: 'HTTP' | 'CoAP' | 'CoAPS' | 'CoAP+TCP' | 'CoAPS+TCP' | 'MQTT' | 'MQTTS',
  host: string,
  port: number,
  cause: Error,
): WotError {
  const flag = protocol.toLowerCase().replace('+', '-');
  const message = `${protocol} port ${port} on ${host} is in use; stop the other program or choose another port with --${flag} <port>.`;
  return new WotError('unavailable', 'ADDRESS_IN_USE', message, { cause });
}
