import { isJsonObject, type JsonObject, ownMember, stringList, textOf } from '../json-object.ts';
import { jsonPointer } from '../json-pointer.ts';
import { error, type Finding, mended, removal, shown } from './finding.ts';

const locations = ['header', 'query', 'body', 'cookie', 'auto'];

/** The schemes of TD 1.1 section 5.3.3 and where each may carry its credentials. */
const schemes: Readonly<Record<string, readonly string[]>> = {
  nosec: [],
  auto: [],
  combo: [],
  basic: locations,
  digest: locations,
  apikey: [...locations, 'uri'],
  bearer: locations,
  psk: [],
  oauth2: [],
};

/** Says what is wrong with a security definition; undefined where a member alone is (it is told by the schema). */
export function explainScheme(definition: unknown, pointer: string): Finding | undefined {
  if (!isJsonObject(definition)) return undefined;
  const { scheme, in: place } = definition;
  if (scheme === undefined) {
    const message = 'The object has no member "scheme".';
    const found = error('schema', pointer, message, 'Add it, for instance "nosec" or "basic".');
    return mended(found, { do: 'add', name: 'scheme', value: 'nosec' });
  }
  if (typeof scheme === 'string' && scheme.includes(':')) return undefined;
  const known = ownMember(schemes, textOf(scheme));
  if (known === undefined) {
    const hint = `Use one of ${Object.keys(schemes).join(', ')}, or one of a context extension with its prefix.`;
    const message = `${shown(scheme)} is no security scheme of TD 1.1.`;
    const found = error('td-security-scheme-name', jsonPointer(pointer, 'scheme'), message, hint);
    return mended(found, { do: 'replace', values: Object.keys(schemes) });
  }
  if (scheme === 'combo') return comboFault(definition, pointer);
  if (scheme === 'auto' && 'name' in definition) {
    const where = jsonPointer(pointer, 'name');
    const message = 'The scheme auto has a name.';
    return mended(error('sec-security-vocab-auto-in-no-name', where, message, 'Remove the name.'), removal);
  }
  if (known.length === 0 || place === undefined || known.includes(textOf(place))) return undefined;
  const hint = `Use one of ${known.join(', ')}.`;
  const message = `${shown(place)} is no place for credentials.`;
  return mended(error('schema', jsonPointer(pointer, 'in'), message, hint), { do: 'replace', values: known });
}

function comboFault({ oneOf, allOf }: JsonObject, pointer: string): Finding | undefined {
  const both = oneOf !== undefined && allOf !== undefined;
  const names = stringList(oneOf ?? allOf);
  if (!both && names.length > 1) return undefined;
  return error(
    'td-security-combo-exclusive-oneof-or-alloff',
    pointer,
    both ? 'The combo has oneOf and allOf.' : 'The combo has no oneOf or allOf with two or more names.',
    'Give either oneOf or allOf: an array of two or more names of security definitions.',
  );
}

/** Says what is wrong with a link; undefined where a member alone is. */
export function explainLink(link: unknown, pointer: string): Finding | undefined {
  if (!isJsonObject(link) || !('href' in link)) return undefined;
  if (link['rel'] === 'tm:extends') {
    const hint = 'Use the relation "type" for the model of this TD, or add "tm:ThingModel" to "@type".';
    return error('schema', jsonPointer(pointer, 'rel'), 'A Thing Description extends no Thing Model.', hint);
  }
  if ('sizes' in link && link['rel'] !== 'icon') {
    const hint = 'Remove sizes, or set the relation to "icon".';
    const message = 'Only links with the relation "icon" have sizes.';
    return mended(error('schema', jsonPointer(pointer, 'sizes'), message, hint), removal);
  }
  return undefined;
}

/** Says what is wrong with the version of a Thing Model. */
export function explainVersion(version: unknown, pointer: string): Finding | undefined {
  if (!isJsonObject(version) || !('instance' in version)) return undefined;
  const message = 'A Thing Model has no version of an instance.';
  const hint = 'Remove it; "model" is the version here.';
  return mended(error('tm-versioning-2', jsonPointer(pointer, 'instance'), message, hint), removal);
}
