import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { WotError } from '../../contracts/errors.ts';
import { type ValidationReport, validateTd } from '../../td/validate.ts';
import { exitCodes, print } from '../output.ts';

const fetchTimeout = 10_000;

/** Validates each file or address; exit code 3 where one is invalid. */
export async function validate(
  sources: readonly string[],
  { json = false }: { json?: boolean },
): Promise<number> {
  let invalid = false;
  for (const source of sources) {
    const report = validateTd(await read(source));
    invalid ||= report.verdict === 'invalid';
    if (json) print(JSON.stringify({ source, ...report }));
    else printReport(source, report);
  }
  return invalid ? exitCodes.invalid : exitCodes.ok;
}

const colours = { valid: 'green', warning: 'yellow', invalid: 'red' } as const;

function printReport(source: string, { kind, verdict, findings }: ValidationReport): void {
  print(
    `${source}: ${styleText(colours[verdict], verdict)} ${kind === 'tm' ? 'Thing Model' : 'Thing Description'}`,
  );
  for (const { severity, pointer, message, hint } of findings) {
    print(`  ${severity} at ${pointer === '' ? 'the root' : pointer}: ${message} ${hint}`);
  }
}

async function read(source: string): Promise<Uint8Array> {
  try {
    if (source === '-') return await readFile('/dev/stdin');
    if (!/^https?:\/\//i.test(source)) return await readFile(source);
    const response = await fetch(source, {
      headers: { accept: 'application/td+json, application/json;q=0.9' },
      signal: AbortSignal.timeout(fetchTimeout),
    });
    if (!response.ok) throw new Error(`the answer was ${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new WotError('not-found', 'SOURCE_UNREADABLE', `${source} cannot be read: ${reason}.`, { cause });
  }
}
