import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

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

/** The HTTP server of a servient, for the parts that share its port. */
export interface HttpSide {
  /** The address that peers use, without a slash at its end; valid once started. */
  readonly base: string;
  /** Returns what takes it off again. */
  addUpgrade(route: UpgradeRoute): () => void;
}
