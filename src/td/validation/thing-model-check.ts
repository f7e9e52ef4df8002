import { isJsonObject, type JsonObject } from '../json-object.ts';
import { jsonPointer, resolvePointer } from '../json-pointer.ts';
import { listParts } from './document-parts.ts';
import { error, type Finding, shown } from './finding.ts';

/** What no schema can say of Thing Models: `tm:optional` and `tm:ref` lead to something. */
export function checkModel(model: JsonObject): readonly Finding[] {
  return [...optionalAffordances(model), ...references(model, model, '')];
}

// TD 1.1 tm-tmOptional-resolver; a base model may have the affordance
function optionalAffordances(model: JsonObject): readonly Finding[] {
  if (listParts(model['links'], '').some(({ value }) => value['rel'] === 'tm:extends')) return [];
  const list: readonly unknown[] = Array.isArray(model['tm:optional']) ? model['tm:optional'] : [];
  return list.flatMap((pointer, index) => {
    if (typeof pointer !== 'string' || isJsonObject(resolvePointer(model, pointer))) return [];
    const hint = 'Name an affordance of this model, for instance "/properties/status".';
    const where = jsonPointer('/tm:optional', index);
    return [error('tm-tmOptional-resolver', where, `${shown(pointer)} leads to no affordance.`, hint)];
  });
}

function references(value: unknown, model: JsonObject, pointer: string): readonly Finding[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => references(item, model, jsonPointer(pointer, index)));
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'tm:ref' && typeof member === 'string'
      ? referenceFault(member, model, jsonPointer(pointer, name))
      : references(member, model, jsonPointer(pointer, name)),
  );
}

function referenceFault(reference: string, model: JsonObject, pointer: string): readonly Finding[] {
  const at = reference.indexOf('#');
  const target = reference.slice(at + 1);
  if (at < 0 || !/^(\/|$)/.test(target)) {
    const hint = 'Write <URI of the model>#<JSON Pointer>, for instance "model.tm.json#/properties/status".';
    return [error('tm-tmRef1', pointer, `${shown(reference)} has no JSON Pointer after a #.`, hint)];
  }
  if (at > 0) return [];
  const holder = pointer.slice(0, -'/tm:ref'.length);
  if (`${holder}/`.startsWith(`${target}/`)) {
    const hint = 'Refer to another definition.';
    return [error('tm-ref-recursive-extensions', pointer, `${shown(reference)} leads back to itself.`, hint)];
  }
  if (isJsonObject(resolvePointer(model, target))) return [];
  return [error('tm-tmRef2', pointer, `${shown(reference)} leads to no definition.`, 'Correct the pointer.')];
}
