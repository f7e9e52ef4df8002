import type { ClientRequest, WireMessage } from './binding.ts';
import { systemClock } from './clock.ts';

/** Is told of the messages of a request. */
export type Wire = ClientRequest['wire'];

const secret = /authorization|cookie|token|secret|password|api-?key/i;

/** Tells of a message, which is made only where somebody asks; who watches cannot break what it watches. */
export function tellWire(wire: Wire, message: () => Omit<WireMessage, 'at'>): void {
  if (wire === undefined) return;
  try {
    const told = message();
    wire({ at: systemClock.now(), ...told, start: withoutUser(told.start) });
  } catch {} // not the request's fault
}

/** A field without its secret: of credentials the scheme is left, of a password and the like nothing. */
export function blotted(name: string, value: string): readonly [name: string, value: string] {
  if (!secret.test(name)) return [name, withoutUser(value)];
  const scheme = /authorization$/i.test(name) ? /^[\w-]+ (?=.)/.exec(value) : null;
  return [name, `${scheme?.[0] ?? ''}***`];
}

/** What addresses hold before an at sign is a name with its password. */
function withoutUser(text: string): string {
  return text.replace(/(:\/\/)[^/?#@\s]*@/g, '$1***@');
}
