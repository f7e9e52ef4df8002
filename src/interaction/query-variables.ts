import { decodeComponent } from '../td/percent-encoding.ts';

/** The value of a query parameter with commas: as text, and as the `items` between those that are not encoded (RFC 6570 section 3.2.8). */
export class QueryText {
  readonly items: readonly string[];

  constructor(items: readonly string[]) {
    this.items = items;
  }

  toString(): string {
    return this.items.join(',');
  }
}

/** Query parameters by name, the last one of a name wins; `+` is a space. WotError `invalid` as decodeComponent. */
export function queryVariables(query: string): Readonly<Record<string, string | QueryText>> {
  const variables: Record<string, string | QueryText> = Object.create(null);
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    variables[decoded(name)] = /,|%2c/i.test(value)
      ? new QueryText(value.split(',').map(decoded))
      : decoded(value);
  }
  return variables;
}

function decoded(text: string): string {
  return decodeComponent(text.replaceAll('+', ' '));
}
/** The values of the uriVariable `names`: each piece is a known name or several, separated by commas. */
export function namesIn(pieces: readonly string[], known: object): readonly string[] {
  return pieces.flatMap((piece) => (Object.hasOwn(known, piece) ? [piece] : piece.split(',')));
}
