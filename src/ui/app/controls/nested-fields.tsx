import type { FieldProps, RJSFSchema } from '@rjsf/utils';
import type { DataSchema } from '../../../contracts/td.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { JsonField } from './json-field.tsx';
import { LeafField } from './leaf-field.tsx';
import { messages } from './messages.ts';

/** A value without members, in RJSF. */
export function NestedLeaf(props: FieldProps) {
  return <LeafField {...useOwnProps(props)} />;
}

/** What no form can be made of, in RJSF. */
export function NestedJson(props: FieldProps) {
  return <JsonField {...useOwnProps(props)} />;
}

function useOwnProps({ schema, name, formData, required, rawErrors, fieldPathId, onChange }: FieldProps) {
  const label = useLabel(schema, name, fieldPathId.path);
  return {
    ...label,
    schema: dataOf(schema),
    value: formData as unknown,
    // Items of a list are there or not.
    required: required === true || typeof fieldPathId.path.at(-1) === 'number',
    error: rawErrors?.[0],
    change: (value: unknown) => onChange(value, fieldPathId.path),
  };
}

/** What a field is called: its title, its name, its place in a list. */
export function useLabel(schema: RJSFSchema, name: string, path: readonly (string | number)[]) {
  const t = useMessages(messages);
  const tdText = useTdText();
  const last = path.at(-1);
  const { description } = tdText(dataOf(schema), '');
  const label = schema.title || (typeof last === 'number' ? t.item(last + 1) : name || t.value);
  return { label, description };
}

/** The DataSchema that RJSF's was made of. */
export function dataOf(schema: RJSFSchema): DataSchema {
  return ((schema as { readonly data?: DataSchema }).data ?? schema) as DataSchema;
}
