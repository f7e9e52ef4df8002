import type { DataSchema } from '../../../contracts/td.ts';
import { sameJson } from '../../../td/same-json.ts';
import { unitSymbol } from '../../../td/unit-symbol.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { booleanMeaning } from './boolean-meaning.ts';
import { choicesOf } from './choices.ts';
import { messages } from './messages.ts';
import { numberText } from './number-text.ts';
import { dateText } from './time-text.ts';

/** Values in words, without their unit; objects and arrays by what they count. */
export function useValueText(): (schema: DataSchema, value: unknown) => string {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const tdText = useTdText();
  return (schema, value) => {
    const choice = choicesOf(schema)?.find((option) => option.schema && sameJson(option.value, value));
    if (choice?.schema?.title !== undefined) return tdText(choice.schema, '').title;
    if (value === undefined || value === null) return t.none;
    if (typeof value === 'boolean') return t[booleanMeaning(schema)](value);
    if (typeof value === 'number') return numberText(value, schema, language);
    if (typeof value === 'string') return dateText(value, schema.format, language) ?? (value || t.empty);
    return Array.isArray(value) ? t.items(value.length) : t.members(Object.keys(value).length);
  };
}

/** A value in words with its unit, for where nothing else fits: titles, labels, one line of text. */
export function useWholeText(): (schema: DataSchema, value: unknown) => string {
  const text = useValueText();
  return (schema, value) => {
    const unit = typeof value === 'number' ? unitSymbol(schema.unit) : '';
    return `${text(schema, value)} ${unit}`.trim();
  };
}
