import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../contracts/access.ts';
import { type ErrorKind, toProblem, WotError } from '../../contracts/errors.ts';
import type { CallContext } from '../../contracts/interaction.ts';
import { httpStatus } from './http-status.ts';
import { negotiate } from './negotiation.ts';

const smallBody = 16 * 1024;

/** One request on its way: what was asked, who asks, and the means to answer. */
export class ServerExchange implements CallContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** The query without `?`, as received. */
  readonly query: string;
  #variables: Readonly<Record<string, string>> | undefined;
  #controller: AbortController | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, principal: Principal, query: string) {
    this.request = request;
    this.response = response;
    this.principal = principal;
    this.query = query;
  }

  get uriVariables(): Readonly<Record<string, string>> {
    this.#variables ??= parseQuery(this.query);
    return this.#variables;
  }

  /** Aborts when the peer is gone before it was answered. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      this.response.once('close', () => {
        if (!this.response.writableFinished) controller.abort(new Error('The client has gone.'));
      });
    }
    return this.#controller.signal;
  }

  /** The media type to answer with; WotError `not-acceptable` where the peer takes none of those offered. */
  accepted(offered: readonly string[]): string {
    const type = negotiate(this.request.headers.accept, offered);
    if (type !== undefined) return type;
    throw new WotError(
      'not-acceptable',
      'NOT_ACCEPTABLE',
      `None of what Accept names is available here; ask for ${offered.join(' or ')}.`,
    );
  }

  /** Answers with a body; HEAD gets its headers alone (RFC 9110 section 9.3.2). */
  send(status: number, type: string, body: Uint8Array): void {
    this.response.writeHead(status, { 'content-type': type, 'content-length': body.byteLength });
    if (this.request.method === 'HEAD') this.response.end();
    else if (body.byteLength > smallBody) this.response.end(body);
    // As text of one byte a character it leaves in one write together with the head, which node does not do for bytes.
    else
      this.response.end(
        Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'),
        'latin1',
      );
  }

  sendJson(status: number, value: unknown, type = 'application/json'): void {
    this.send(status, type, Buffer.from(JSON.stringify(value)));
  }

  sendNothing(status = 204): void {
    this.response.writeHead(status).end();
  }

  /** Answers an error: RFC 9457, once; a peer that has its head already loses the connection. */
  sendProblem(error: WotError): void {
    if (this.response.headersSent) {
      this.response.destroy();
      return;
    }
    const status = httpStatus[error.kind];
    const { allow, retryAfter } = error.details;
    if (error.kind === 'not-allowed' && allow) this.response.setHeader('allow', allow.join(', '));
    if (retryAfter !== undefined) this.response.setHeader('retry-after', Math.ceil(retryAfter));
    // What is left of an unread body must not be taken for the next request.
    if (hasUnreadBody(this.request)) this.response.setHeader('connection', 'close');
    this.sendJson(status, toProblem(error, status), 'application/problem+json');
  }
}

/** Query parameters by name, the last one of a name wins; `+` is a space. */
function parseQuery(query: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = Object.create(null);
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    variables[decodeComponent(name.replaceAll('+', ' '))] = decodeComponent(value.replaceAll('+', ' '));
  }
  return variables;
}

/** Percent-decodes (RFC 3986 section 2.1); WotError `invalid` where that is not possible. */
export function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    const kind: ErrorKind = 'invalid';
    const message = `${JSON.stringify(text.slice(0, 100))} is not valid percent-encoded UTF-8; encode "%" itself as %25.`;
    throw new WotError(kind, 'PERCENT_ENCODING_INVALID', message);
  }
}

function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return (
    !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
  );
}
