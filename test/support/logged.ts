import type { LogFacts, Logger } from '../../src/contracts/logger.ts';

/** One line that was logged. */
export interface LoggedLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly facts: LogFacts | undefined;
}

/** A logger that keeps what it is told. */
export function keepingLogger(): { readonly logger: Logger; readonly lines: LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const keep = (level: keyof Logger) => (message: string, facts?: LogFacts) => {
    lines.push({ level, message, facts });
  };
  const logger = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
  return { logger, lines };
}
