import { Button, Input, Loader, Select } from '@mantine/core';
import { useId } from 'react';
import { sameJson } from '../../../td/same-json.ts';
import { useMessages } from '../language/language.tsx';
import { choicesOf } from '../values/choices.ts';
import { useValueText } from '../values/use-value-text.ts';
import classes from './controls.module.css';
import type { FieldProps } from './field.ts';
import { messages } from './messages.ts';
import { useFieldFrame, useInputFrame } from './use-field-frame.ts';

/** Up to this many choices stand side by side, as long as their words are short. */
const few = { choices: 4, letters: 40 };

/** One of the values that a DataSchema lists, or true or false. */
export function ChoiceField(props: FieldProps) {
  const { schema } = props;
  const text = useValueText();
  const values = choicesOf(schema)?.map(({ value }) => value) ?? [false, true];
  const labels = values.map((value) => text(schema, value));
  const areFew = values.length <= few.choices && labels.join('').length <= few.letters;
  return areFew ? (
    <ChoiceButtons {...props} values={values} labels={labels} />
  ) : (
    <ChoiceList {...props} values={values} labels={labels} />
  );
}

interface ChoicesProps extends FieldProps {
  readonly values: readonly unknown[];
  readonly labels: readonly string[];
}

/** Buttons and not radios: arrow keys would choose, and so send, all that is passed on the way. */
function ChoiceButtons(props: ChoicesProps) {
  const { label, labelHidden, values, labels, value, required, busy, change } = props;
  const frame = useFieldFrame(props);
  const id = useId();
  const chosen = values.findIndex((each) => sameJson(each, value));
  return (
    <Input.Wrapper {...frame} labelElement="div" labelProps={{ id }}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot stand where the other labels do */}
      <div
        role="group"
        className={classes.choices}
        aria-busy={busy}
        {...(labelHidden ? { 'aria-label': label } : { 'aria-labelledby': id })}
      >
        {labels.map((text, index) => (
          <Button
            // biome-ignore lint/suspicious/noArrayIndexKey: values may be listed twice
            key={index}
            variant={index === chosen ? 'filled' : 'default'}
            size="sm"
            aria-pressed={index === chosen}
            rightSection={busy && index === chosen ? <Loader size={14} color="currentcolor" /> : undefined}
            onClick={() => change(index === chosen && required === false ? undefined : values[index])}
          >
            <span dir="auto" data-td-text>
              {text}
            </span>
          </Button>
        ))}
      </div>
    </Input.Wrapper>
  );
}

function ChoiceList(props: ChoicesProps) {
  const { values, labels, value, required, busy, change } = props;
  const t = useMessages(messages);
  const frame = useInputFrame(props);
  const chosen = values.findIndex((each) => sameJson(each, value));
  return (
    <Select
      {...frame}
      data={labels.map((text, index) => ({ label: text, value: String(index) }))}
      value={chosen < 0 ? null : String(chosen)}
      onChange={(index) => change(index === null ? undefined : values[Number(index)])}
      placeholder={t.choose}
      allowDeselect={false}
      clearable={required === false}
      searchable={labels.length > 12}
      limit={200}
      rightSection={busy ? <Loader size={16} /> : undefined}
    />
  );
}
