import { defaultOps } from '../defaults.ts';
import { isJsonObject, type JsonObject, stringList } from '../json-object.ts';
import { jsonPointer } from '../json-pointer.ts';
import { context10, context11 } from './context-check.ts';
import {
  type AffordancePart,
  affordanceParts,
  type FormPart,
  formParts,
  listParts,
} from './document-parts.ts';
import { error, type Finding, mended, removal, shown, warning } from './finding.ts';

/** What no schema can say of forms: ops against readOnly and writeOnly, methods. */
export function checkForms(document: JsonObject): readonly Finding[] {
  return [
    ...affordanceParts(document).flatMap(contradictions),
    ...formParts(document).flatMap((form) => [
      ...opAgainstAccess(form, document),
      ...methodOfSeveralOps(form),
    ]),
  ];
}

function contradictions({ kind, value, pointer }: AffordancePart): readonly Finding[] {
  if (kind !== 'properties' || value['writeOnly'] !== true) return [];
  const other = ['readOnly', 'observable'].find((member) => value[member] === true);
  if (other === undefined) return [];
  const hint = `Remove "writeOnly" or ${shown(other)}.`;
  return [warning('access', pointer, `The property is "writeOnly" and ${shown(other)} at once.`, hint)];
}

function opAgainstAccess({ affordance, value, pointer }: FormPart, document: JsonObject): readonly Finding[] {
  if (affordance?.kind !== 'properties') return [];
  const { readOnly, writeOnly } = affordance.value;
  const refused = [
    ...(readOnly === true ? ['writeproperty'] : []),
    ...(writeOnly === true ? ['readproperty', 'observeproperty'] : []),
  ];
  const named = value['op'] !== undefined;
  const ops = named ? stringList(value['op']) : defaultPropertyOps(affordance, document);
  const op = ops.find((one) => refused.includes(one));
  if (op === undefined) return [];
  const access = readOnly === true ? '"readOnly"' : '"writeOnly"';
  const found = warning(
    'access',
    named ? jsonPointer(pointer, 'op') : pointer,
    `The form offers ${op}${named ? '' : ' (the default of TD 1.0)'}, but the property is ${access}.`,
    named ? `Remove ${op} from "op", or ${access} from the property.` : 'Give the form an "op".',
  );
  const fitting = ops.filter((one) => !refused.includes(one));
  if (fitting.length === 0) return [found];
  if (named) return [mended(found, { do: 'replace', values: [fitting] })];
  return [mended(found, { do: 'add', name: 'op', value: fitting })];
}

/** TD 1.0 section 5.4 gives every property both ops, whatever readOnly and writeOnly say; TD 1.1 does not. */
function defaultPropertyOps(property: AffordancePart, document: JsonObject): readonly string[] {
  const contexts = stringList(document['@context']);
  const old = contexts.includes(context10) && !contexts.includes(context11);
  return defaultOps('properties', old ? {} : property.value);
}

// TD 1.1 section 8.3.1; ending an observation or subscription has no request of its own
function methodOfSeveralOps({ value, pointer }: FormPart): readonly Finding[] {
  const ops = stringList(value['op']).filter((op) => !op.startsWith('un'));
  if (ops.length < 2 || value['htv:methodName'] === undefined) return [];
  const message = `One method is given for several ops: ${ops.join(', ')}.`;
  const hint = 'Make one form for each op, or remove "htv:methodName".';
  const found = warning('method-of-several-ops', jsonPointer(pointer, 'htv:methodName'), message, hint);
  return [mended(found, removal)];
}

/** The schemas of additional responses are named in `schemaDefinitions` (TD 1.1 section 5.3.4.4). */
export function checkResponseSchemas(document: JsonObject): readonly Finding[] {
  return formParts(document).flatMap((form) => unknownResponseSchemas(form, document));
}

function unknownResponseSchemas({ value, pointer }: FormPart, document: JsonObject): readonly Finding[] {
  const definitions = isJsonObject(document['schemaDefinitions']) ? document['schemaDefinitions'] : {};
  const responses = listParts(value['additionalResponses'], jsonPointer(pointer, 'additionalResponses'));
  return responses.flatMap((response) => {
    const { schema } = response.value;
    if (typeof schema !== 'string' || Object.hasOwn(definitions, schema)) return [];
    const message = `${shown(schema)} is not in "schemaDefinitions".`;
    return [error('schema-name', jsonPointer(response.pointer, 'schema'), message, 'Define it there.')];
  });
}
