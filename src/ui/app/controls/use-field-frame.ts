import type { DataSchema } from '../../../contracts/td.ts';
import { unitSymbol } from '../../../td/unit-symbol.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { numberText } from '../values/number-text.ts';
import classes from './controls.module.css';
import type { FieldProps } from './field.ts';
import { messages } from './messages.ts';

const order: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];

/** What Mantine's inputs take for label, hint and error. */
export function useFieldFrame({ label, labelHidden, description, schema, error, required }: FieldProps) {
  const t = useMessages(messages);
  const hint = useRange(schema);
  const told = [description, hint].filter(Boolean).join(' · ');
  return {
    label: labelHidden ? undefined : required === false ? `${label} (${t.optional})` : label,
    ...(told !== '' && {
      description: told,
      descriptionProps: { dir: 'auto' as const, className: classes.hint, title: told },
    }),
    error,
    errorProps: { role: 'alert' },
    inputWrapperOrder: order,
  };
}

/** What Mantine's inputs take that are their own wrapper. */
export function useInputFrame(props: FieldProps) {
  const { label, labelHidden, busy } = props;
  return {
    ...useFieldFrame(props),
    'aria-label': labelHidden ? label : undefined,
    'aria-busy': busy,
  };
}

/** Whether a unit leaves room for a number beside it; others stand in the hint. */
export function isShortUnit(unit: string): boolean {
  return unit !== '' && unit.length <= 6;
}

function inUnitOf(range: string, unit: string): string {
  return range === '' && isShortUnit(unit) ? '' : `${range} ${unit}`.trim();
}

/** What a number may be, in words: `0 to 100 %`. */
function useRange(schema: DataSchema): string {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const text = (limit: unknown) =>
    typeof limit === 'number' ? numberText(limit, schema, language) : undefined;
  const from = text(minimum ?? exclusiveMinimum);
  const to = text(maximum ?? exclusiveMaximum);
  const step = text(multipleOf);
  const range = from && to ? t.range(from, to) : from ? t.from(from) : to ? t.to(to) : '';
  const inUnit = inUnitOf(range, unitSymbol(schema.unit));
  return [inUnit, step && t.steps(step)].filter(Boolean).join(', ');
}
