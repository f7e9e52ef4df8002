import { type JsonObject, textOf } from '../json-object.ts';
import { jsonPointer } from '../json-pointer.ts';
import { listParts } from './document-parts.ts';
import { error, type Finding } from './finding.ts';

/** A document names one Thing Model at most as its type (TD 1.1 tm-rel-type-maximum). */
export function checkLinks(document: JsonObject): readonly Finding[] {
  const types = listParts(document['links'], '/links').filter(
    ({ value }) => textOf(value['rel']).toLowerCase() === 'type',
  );
  return types.slice(1).map(({ pointer }) => {
    const message = 'A second link has the relation "type".';
    return error(
      'tm-rel-type-maximum',
      jsonPointer(pointer, 'rel'),
      message,
      'Keep one: the model of this Thing.',
    );
  });
}
