/** The part of autocannon that the bench uses; the package has no types. */
declare module 'autocannon' {
  interface Options {
    readonly url: string;
    /** Sent in turn on each connection. */
    readonly requests: readonly {
      readonly method: 'GET' | 'PUT';
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }[];
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    /** Milliseconds; `duration` ends at such a tick. */
    readonly sampleInt: number;
  }

  interface Result {
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
    readonly start: Date;
    readonly finish: Date;
  }

  const autocannon: (options: Options) => Promise<Result>;
  export = autocannon;
}
