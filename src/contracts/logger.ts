/** What happened, for people and machines: a short message and the facts as members. Never secrets. */
export interface Logger {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}

export type LogFacts = Readonly<Record<string, unknown>>;

/** Says nothing; the default of libraries and tests. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
