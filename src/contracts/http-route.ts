import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Principal } from './access.ts';

/** Answers HTTP requests, or hands them on by `next`; an express app, a router and connect middleware are ones. */
export type HttpHandler = {
  // As a method its parameters may be those of a framework, which are subtypes of node's.
  handle(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
}['handle'];

/** Takes the upgrades (RFC 9110 section 7.8) at paths of its own; Host and Origin have been checked. */
export interface UpgradeRoute {
  /** Whether the path is its own: below the public base, without query, in its canonical encoding. */
  matches(path: string): boolean;
  /** Answers on the socket, refusals included. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The content codings of our answers. */
export type HttpCoding = 'br' | 'gzip';

/** What is sent as it is to many; `etag` is quoted. */
export interface StoredDocument {
  readonly bytes: Uint8Array;
  readonly etag: string;
  /** What was compressed before; the rest is when it is asked for. */
  readonly coded?: Readonly<Partial<Record<HttpCoding, Uint8Array>>>;
}

/** Headers of a document besides those of its bytes; `cache-control` is `no-cache` by default. */
export interface DocumentHeaders extends OutgoingHttpHeaders {
  readonly 'content-type': string;
  readonly 'last-modified'?: string;
}

/** One HTTP request on its way to its answer. */
export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** The query without `?`, as received. */
  readonly query: string;
  /** Aborts when the peer is gone before it was answered. */
  readonly signal: AbortSignal;
  /** The JSON of the request body, undefined where there is none; WotError `invalid`, `too-large`, `unsupported-media`. */
  body(): Promise<unknown>;
  /** Begins an answer that is written to the response; adds what it varies by. */
  writeHead(status: number, headers?: OutgoingHttpHeaders): ServerResponse;
  /** Answers GET and HEAD: 304 where the peer has the document, else all of it, compressed where that pays, once per coding. */
  sendDocument(document: StoredDocument, headers: DocumentHeaders): Promise<void>;
  sendJson(status: number, value: unknown): void;
  sendNothing(): void;
}

/** Answers an exchange; WotErrors that it fails with are sent as problems. */
export type HttpAnswer = (exchange: HttpExchange) => void | Promise<void>;

/** The methods of one resource; HEAD follows from GET, OPTIONS from all. */
export interface HttpMethods {
  readonly GET?: HttpAnswer;
  readonly PUT?: HttpAnswer;
  readonly POST?: HttpAnswer;
  readonly DELETE?: HttpAnswer;
}

/** Pages for people, on the port of the Things. */
export interface PageSide {
  /** The path below which everything is its own, with a slash at both ends: `/app/`. */
  readonly below: string;
  /** The methods at a path below, in its decoded segments after `below`. */
  find(segments: readonly string[]): HttpMethods | undefined;
  /** Whether pages of any origin may load what is at a path after `below`: code that says nothing of the Things. */
  isOpen(path: string): boolean;
  /** Answers who would rather have HTML than data, at `/`, `/things` and `/things/{name}`; `status` is 404 where there is no such Thing or path, 503 where it may come in a moment. */
  page(exchange: HttpExchange, status: number): void | Promise<void>;
}

/** The HTTP server of a servient, for the parts that share its port. */
export interface HttpSide {
  /** The address that peers use, without a slash at its end; valid once started. */
  readonly base: string;
  /** The certificate that it shows, in PEM, where it speaks TLS itself: what is sent to its own address trusts it. */
  readonly certificate?: string;
  /** Returns what takes it off again. */
  addUpgrade(route: UpgradeRoute): () => void;
  /** Returns what takes them off again; one at a time, WotError `conflict` PAGES_TAKEN. */
  addPages(pages: PageSide): () => void;
}
