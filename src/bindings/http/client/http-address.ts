import { WotError } from '../../../contracts/errors.ts';

/** Where an HTTP request goes, and what it asks for there. */
export interface Address {
  readonly origin: string;
  readonly path: string;
}

const addresses = new Map<string, Address>();
const mostAddresses = 1000;

/** Takes an href apart, once for those in use: parsing would cost as much as all else in a request. Throws as URL does, and WotError `invalid` CREDENTIALS_IN_ADDRESS. */
export function addressOf(href: string): Address {
  const known = addresses.get(href);
  if (known !== undefined) return known;
  const url = new URL(href);
  const { origin, pathname, search } = url;
  if (url.username !== '' || url.password !== '') throw credentialsInAddress(url);
  const address = { origin, path: pathname + search };
  if (addresses.size === mostAddresses) addresses.clear();
  addresses.set(href, address);
  return address;
}

function credentialsInAddress(url: URL): WotError {
  url.username = '';
  url.password = '';
  const message = `${url.href} was not asked, for its address holds credentials, and secrets do not stand in TDs and addresses: take them out, and give them to the client with its option credentials.`;
  return new WotError('invalid', 'CREDENTIALS_IN_ADDRESS', message, { href: url.href });
}
