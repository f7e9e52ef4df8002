/** The part of autocannon that the bench uses; the package has no types. */
declare module 'autocannon' {
  interface Request {
    readonly method: 'GET' | 'PUT';
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  }

  /** One connection. */
  interface Client {
    /** Sent in turn. */
    setRequests(requests: readonly Request[]): void;
    on(event: 'response', listener: (status: number, bytes: number, milliseconds: number) => void): void;
  }

  interface Options {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    /** Milliseconds; `duration` ends at such a tick. */
    readonly sampleInt: number;
    readonly setupClient: (client: Client) => void;
  }

  interface Result {
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
    readonly start: Date;
    readonly finish: Date;
  }

  function autocannon(options: Options): Promise<Result>;
  namespace autocannon {
    export type { Client, Options, Request, Result };
  }
  export = autocannon;
}
