import type { Identity } from './port.ts';

/** What the TD of a Thing says of it alone, besides what it says of its kind. */
export function ownWords({ title, location }: Omit<Identity, 'name'>) {
  return { title, ...(location === undefined ? {} : { 'schema:location': location }) };
}
