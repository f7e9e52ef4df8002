import type { DataSchema } from '../../../contracts/td.ts';
import { sameJson } from '../../../td/same-json.ts';
import { unitSymbol } from '../../../td/unit-symbol.ts';
import type { Language } from '../language/language.tsx';
import type { Titled } from '../language/td-text.ts';
import { textIn } from '../language/text-in.ts';
import { choicesOf } from '../values/choices.ts';
import { numberText } from '../values/number-text.ts';
import { messages } from './messages.ts';

/** The language of the part of the document that an element stands in, as far as we speak it. */
export function languageOf(element: Element): Language {
  const tag = element.closest('[lang]')?.getAttribute('lang') || navigator.language;
  return tag.toLowerCase().split('-', 1)[0] === 'de' ? 'de' : 'en';
}

/** The title in a language, else the default one, else the name. */
export function titleOf({ title, titles }: Titled, name: string, language: Language): string {
  return textIn(language, titles, title) ?? name;
}

/** A value in words, with its unit. */
export function valueText(schema: DataSchema, value: unknown, language: Language): string {
  const t = messages[language];
  const choice = choicesOf(schema)?.find((option) => option.schema && sameJson(option.value, value));
  if (choice?.schema) return titleOf(choice.schema, String(value), language);
  if (value === undefined || value === null) return t.none;
  if (typeof value === 'boolean') return value ? t.yes : t.no;
  if (typeof value === 'number') {
    return `${numberText(value, schema, language)} ${unitSymbol(schema.unit)}`.trim();
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
