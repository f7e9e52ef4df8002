import type { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';

/** Whether a request came over HTTP/2; the version that it tells is text of the peer, which may lie over HTTP/1. */
export function isHttp2(request: IncomingMessage): boolean {
  return (request as object) instanceof Http2ServerRequest;
}
