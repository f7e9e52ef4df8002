import { Input } from '@mantine/core';
import { LeafValue } from '../values/leaf-value.tsx';
import { ChoiceField } from './choice-field.tsx';
import { controlFor } from './control-for.ts';
import type { FieldProps } from './field.ts';
import { JsonField } from './json-field.tsx';
import { NumberField } from './number-field.tsx';
import { TextField } from './text-field.tsx';
import { useFieldFrame } from './use-field-frame.ts';

/** The input of one value, as its DataSchema says; what has members is edited as JSON. */
export function LeafField(props: FieldProps) {
  const control = controlFor(props.schema);
  switch (control.as) {
    case 'constant':
      return <ConstantField {...props} />;
    case 'switch':
    case 'choices':
      return <ChoiceField {...props} />;
    case 'number':
      return <NumberField {...props} {...control} />;
    case 'text':
      return <TextField {...props} kind={control.kind} />;
    default:
      return <JsonField {...props} />;
  }
}

function ConstantField(props: FieldProps) {
  const frame = useFieldFrame(props);
  return (
    <Input.Wrapper {...frame} labelElement="div">
      <div>
        <LeafValue schema={props.schema} value={props.schema.const} short />
      </div>
    </Input.Wrapper>
  );
}
