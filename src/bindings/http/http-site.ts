import type { BindingHost } from '../../contracts/binding.ts';
import { isLoopback, urlHost } from '../../security/bind-address.ts';
import { HostGuard } from './host-guard.ts';
import type { HttpOptions } from './http-options.ts';

/** Where a server listens, and how peers reach it. */
export interface HttpSite {
  /** The address to listen at; undefined where a server of the user does. */
  readonly bind: string | undefined;
  /** The path of the base, without a slash at its end. */
  readonly prefix: string;
  readonly guard: HostGuard;
  /** Whether peers come by https from other machines. */
  readonly secure: boolean;
  /** The address that peers use, without a slash at its end. */
  base(port: number | undefined): string;
}

/** WotError `forbidden` where the servient may not bind there. */
export function httpSite(options: HttpOptions, host: BindingHost): HttpSite {
  const { mounted, tls } = options;
  const bind = mounted ? undefined : host.bindAddress(options.host);
  const given = mounted ? new URL(mounted.base) : host.publicBase;
  const name = given?.hostname ?? host.reachableHost(bind ?? '');
  const base = given?.href.replace(/\/+$/, '');
  const own = `${tls ? 'https' : 'http'}://${urlHost(name)}`;
  return {
    bind,
    prefix: pathOf(given?.href),
    guard: new HostGuard({
      allowedHosts: [name, ...(bind === undefined ? [] : [bind]), ...(options.allowedHosts ?? [])],
      ...(given && { publicOrigin: given.origin }),
      cors: options.cors ?? [],
      wildcard: bind === undefined ? mayBind(host, '0.0.0.0') : bind === '0.0.0.0' || bind === '::',
    }),
    secure: (base ?? own).startsWith('https:') && !isLoopback(name),
    base: (port) => base ?? `${own}:${port}`,
  };
}

/** The path of an address, without a slash at its end. */
export function pathOf(address: string | undefined): string {
  return address === undefined ? '' : new URL(address).pathname.replace(/\/+$/, '');
}

function mayBind(host: BindingHost, address: string): boolean {
  try {
    host.bindAddress(address);
    return true;
  } catch {
    return false;
  }
}
