import type { ServerBinding } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import type { Logger } from '../contracts/logger.ts';
import type { ThingDescription } from '../contracts/td.ts';
import { declaredContent, isBinary } from '../td/declared-content.ts';
import { type ValidationReport, validateTd } from '../td/validate.ts';
import { schemaWordRule } from '../td/validation/data-schema-check.ts';
import { affordanceParts, listParts } from '../td/validation/document-parts.ts';

/** How a TD is served. */
interface Serving {
  readonly bindings: readonly ServerBinding[];
  readonly logger: Logger;
  /** Warns of a TD that is none. */
  readonly lenient?: boolean | undefined;
}

/** Refuses to tell peers a TD that is none (WotError `invalid` TD_INVALID, CONTENT_NOT_CARRIED); warns of what it says in vain. */
export function checkServed(thing: HostedThing, { bindings, logger, lenient = false }: Serving): void {
  const { td } = thing.description();
  refuseUncarried(thing, td, bindings);
  const report = validateTd(td);
  if (report.verdict === 'invalid') {
    const error = invalid(td, report);
    if (!lenient) throw error;
    logger.warn(error.message);
  }
  const pointers = report.findings.flatMap(({ rule, pointer }) => (rule === schemaWordRule ? [pointer] : []));
  if (pointers.length === 0) return;
  const message = `The TD of ${JSON.stringify(td.title)} has words of JSON Schema that a DataSchema has not, so nobody checks them: ${pointers.join(', ')}; say it with the terms of TD 1.1, or check it in the handlers`;
  logger.warn(message);
}

/** Bytes that no binding here carries would leave their affordance without a form. */
function refuseUncarried(
  { affordances }: HostedThing,
  td: ThingDescription,
  bindings: readonly ServerBinding[],
): void {
  for (const { kind, name, value } of affordanceParts(td)) {
    if (listParts(value['forms'], '').length > 0) continue;
    const { input, output } = declaredContent(affordances[kind]?.[name] ?? {});
    const type = [output, input].find(isBinary);
    if (type === undefined) continue;
    const carriers = kind === 'events' ? 'coap() or mqtt()' : 'http(), coap() or mqtt()';
    const here = bindings.map((binding) => binding.name).join(' and ');
    const message = `${JSON.stringify(name)} in the ${kind} of ${JSON.stringify(td.title)} is ${type}, which none of the bindings here (${here}) can carry; add ${carriers}, or let it be plain data or text.`;
    throw new WotError('invalid', 'CONTENT_NOT_CARRIED', message);
  }
}

function invalid({ title }: ThingDescription, { findings }: ValidationReport): WotError {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const list = errors.map(({ pointer, message, hint }) => `${pointer || 'the TD'}: ${message} ${hint}`);
  const message = `The TD of ${JSON.stringify(title)} is not valid. ${list.join(' ')}`;
  return new WotError('invalid', 'TD_INVALID', message, {
    errors: errors.map(({ pointer, message: detail }) => ({ pointer, detail })),
  });
}
