import { isJsonObject, type JsonObject } from '../json-object.ts';
import { jsonPointer } from '../json-pointer.ts';
import { affordanceParts, dataSchemaParts, type Part, parts } from './document-parts.ts';
import { error, type Finding, shown, warning } from './finding.ts';

/** A `titles` or `descriptions` object, and the text for all languages beside it. */
interface Texts {
  readonly pointer: string;
  readonly single: unknown;
  readonly texts: JsonObject;
}

/** Texts in several languages: tags are BCP 47, every object has the same ones, the default text is one of them. */
export function checkTexts(document: JsonObject): readonly Finding[] {
  const all = textHolders(document).flatMap(({ value, pointer }) =>
    (['title', 'description'] as const).flatMap((name) => {
      const texts = value[`${name}s`];
      return isJsonObject(texts)
        ? [{ texts, pointer: jsonPointer(pointer, `${name}s`), single: value[name] }]
        : [];
    }),
  );
  return [...all.flatMap(badTags), ...all.flatMap(defaultText), ...inconsistent(all)];
}

/** Every object that may hold texts in several languages; a property is a data schema too, but is told once. */
export function textHolders(document: JsonObject): readonly Part[] {
  const holders = [
    { pointer: '', value: document },
    ...parts(document['securityDefinitions'], '/securityDefinitions'),
    ...affordanceParts(document),
    ...dataSchemaParts(document),
  ];
  return [...new Map(holders.map((part) => [part.pointer, part])).values()];
}

function badTags({ texts, pointer }: Texts): readonly Finding[] {
  return Object.keys(texts).flatMap((tag) => {
    if (isLanguageTag(tag)) return [];
    const hint = 'Use a BCP 47 tag, for instance "en" or "de-CH".';
    return [
      error(
        'td-multilanguage-language-tag',
        jsonPointer(pointer, tag),
        `${shown(tag)} is no language tag.`,
        hint,
      ),
    ];
  });
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return /^[ix]-[a-z\d-]+$/i.test(tag);
  }
}

function defaultText({ texts, pointer, single }: Texts): readonly Finding[] {
  if (typeof single !== 'string' || Object.values(texts).includes(single)) return [];
  const message = `${shown(single)}, the text for readers of any language, is none of the texts here.`;
  return [warning('td-titles-descriptions', pointer, message, 'Add it under the tag of its language.')];
}

function inconsistent(all: readonly Texts[]): readonly Finding[] {
  const tags = ({ texts }: Texts): string =>
    Object.keys(texts)
      .sort((a, b) => a.localeCompare(b))
      .join(', ');
  const [first] = all;
  return all.flatMap((one) => {
    if (first === undefined || tags(one) === tags(first)) return [];
    const message = `The languages here are ${tags(one)}, in ${first.pointer} they are ${tags(first)}.`;
    return [
      warning(
        'td-multi-languages-consistent',
        one.pointer,
        message,
        'Give every text in the same languages.',
      ),
    ];
  });
}
