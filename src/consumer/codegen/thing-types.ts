import { isJsonObject, type JsonObject, objectEntries, textOf } from '../../td/json-object.ts';
import { dataMembers, inWords, schemaType } from './schema-type.ts';
import { docComment, type Member, objectType, typeName } from './type-text.ts';

/**
 * The data of a Thing as one TypeScript interface: what its properties give (`properties`) and take (`writable`), the
 * input and output of its actions, what its events carry. Takes any TD or Thing Model, a faulty one too: what it cannot
 * understand is `unknown` or left out.
 */
export function thingTypes(td: JsonObject): string {
  const parts: readonly Member[] = [
    {
      name: 'properties',
      comment: 'What can be read.',
      type: objectType(dataMembers(td['properties'], 'read')),
    },
    {
      name: 'writable',
      comment: 'What can be written.',
      type: objectType(dataMembers(td['properties'], 'write')),
    },
    { name: 'actions', type: objectType(objectEntries(td['actions']).map(actionMember)) },
    { name: 'events', type: objectType(objectEntries(td['events']).map(eventMember)) },
  ];
  return `${docComment(inWords(td))}export interface ${typeName(textOf(td['title']))} ${objectType(parts)}\n`;
}

function actionMember([name, action]: readonly [string, JsonObject]): Member {
  const payloads = (['input', 'output'] as const).flatMap((payload) => {
    const schema = action[payload];
    if (!isJsonObject(schema)) return [];
    const type = schemaType(schema, payload === 'input' ? 'write' : 'read');
    return [{ name: payload, type, comment: inWords(schema) }];
  });
  return { name, type: objectType(payloads), comment: inWords(action) };
}

function eventMember([name, event]: readonly [string, JsonObject]): Member {
  const type = isJsonObject(event['data']) ? schemaType(event['data'], 'read') : 'undefined';
  return { name, type, comment: inWords(event) };
}
