import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { escaped } from '../../servient/escaped.ts';
import { type ValidationReport, validateTd } from '../../td/validate.ts';
import { exitCodes, print, reportError } from '../output.ts';
import { documentBytes, type ThingOptions, tdAddress } from '../thing-argument.ts';

/** Validates each source and goes on after one that cannot be read; gives the worst exit code, 3 for an invalid document. */
export async function validate(sources: readonly string[], options: ThingOptions): Promise<number> {
  let worst: number = exitCodes.ok;
  for (const source of sources) worst = Math.max(worst, await validateSource(source, options));
  return worst;
}

async function validateSource(source: string, options: ThingOptions): Promise<number> {
  const json = options.json === true;
  try {
    const report = validateTd(await read(source, options));
    if (json) print(JSON.stringify({ source, ...report }));
    else printReport(source, report);
    return report.verdict === 'invalid' ? exitCodes.invalid : exitCodes.ok;
  } catch (error) {
    return reportError(error, json, { source });
  }
}

function read(source: string, options: ThingOptions): Promise<Uint8Array> {
  return source === '-' ? buffer(process.stdin) : documentBytes(tdAddress(source, options), options);
}

const colours = { valid: 'green', warning: 'yellow', invalid: 'red' } as const;

function printReport(source: string, { kind, verdict, findings }: ValidationReport): void {
  const what = kind === 'tm' ? 'Thing Model' : 'Thing Description';
  process.stdout.write(`${escaped(source)}: ${styleText(colours[verdict], verdict)} ${what}\n`);
  for (const { severity, pointer, message, hint } of findings) {
    print(`  ${severity} at ${pointer === '' ? 'the root' : pointer}: ${message} ${hint}`);
  }
}
