import { useLanguage, useMessages } from '../language/language.tsx';
import { numberText } from '../values/number-text.ts';
import { unitSymbol } from '../values/units.ts';
import classes from './controls.module.css';
import type { FieldProps } from './field.ts';
import { messages } from './messages.ts';

const order: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];

/** What Mantine's inputs take for label, hint and error. */
export function useFieldFrame({ label, labelHidden, description, schema, error, required }: FieldProps) {
  const t = useMessages(messages);
  const hint = useRange()(schema);
  const told = [description, hint].filter(Boolean).join(' · ');
  return {
    ...(!labelHidden && { label: required === false ? `${label} (${t.optional})` : label }),
    ...(told !== '' && {
      description: told,
      descriptionProps: { dir: 'auto' as const, className: classes.hint, title: told },
    }),
    ...(error !== undefined && { error, errorProps: { role: 'alert' } }),
    inputWrapperOrder: order,
  };
}

/** What a number may be, in words: `0 to 100 %`. */
function useRange() {
  const t = useMessages(messages);
  const { language } = useLanguage();
  return (schema: FieldProps['schema']): string => {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    const text = (limit: unknown) =>
      typeof limit === 'number' ? numberText(limit, schema, language) : undefined;
    const [from, to, step] = [
      text(minimum ?? exclusiveMinimum),
      text(maximum ?? exclusiveMaximum),
      text(multipleOf),
    ];
    const range = from && to ? t.range(from, to) : from ? t.from(from) : to ? t.to(to) : '';
    const inUnit = range === '' ? '' : `${range} ${unitSymbol(schema.unit)}`.trim();
    return [inUnit, step && t.steps(step)].filter(Boolean).join(', ');
  };
}
