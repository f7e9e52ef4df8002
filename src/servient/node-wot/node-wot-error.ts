import { type ErrorKind, fromProblem, WotError } from '../../contracts/errors.ts';
import { ownMember } from '../../td/json-object.ts';

/** The error names of the Scripting API (WebIDL DOMException names) that say something to the caller. */
const kinds: Readonly<Record<string, ErrorKind>> = {
  NotFoundError: 'not-found',
  NotAllowedError: 'not-allowed',
  SecurityError: 'forbidden',
  NotSupportedError: 'not-implemented',
  TimeoutError: 'timeout',
};

/** What a handler of a script threw, as an answer where its name says one; anything else stays a bug, hidden from the peer. */
export function handlerError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof WotError) return error;
  // The core has no error class for this.
  if (/has no (read|write|)[hH]andler for /.test(error.message)) {
    return new WotError('not-implemented', 'HANDLER_MISSING', `${error.message}; its author must set one.`);
  }
  const kind = ownMember(kinds, error.name);
  if (kind === undefined) return error;
  return fromProblem({ detail: error.message }, kind, { cause: error });
}
